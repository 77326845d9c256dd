namespace Praline.Inference.Constraints;

/// <summary>A grammar over characters: what a text may be made of. Symbols may refer to themselves.</summary>
internal abstract class Symbol
{
    /// <summary>One character of a set.</summary>
    internal sealed class Chars(Func<char, bool> contains) : Symbol
    {
        internal bool Contains(char c) => contains(c);
    }

    /// <summary>One after the other.</summary>
    internal sealed class Sequence(params Symbol[] parts) : Symbol
    {
        internal Symbol[] Parts => parts;
    }

    /// <summary>One of several.</summary>
    internal sealed class Choice(params Symbol[] options) : Symbol
    {
        internal Symbol[] Options => options;
    }

    /// <summary>The same so many times; what is repeated is never empty.</summary>
    internal sealed class Repeat(Symbol item, int min, int? max) : Symbol
    {
        private Repeat? _rest;

        internal Symbol Item => item;

        internal int Min => min;

        internal int? Max => max;

        /// <summary>What is left after one.</summary>
        internal Repeat Rest => _rest ??= min == 0 && max is null ? this : new Repeat(item, Math.Max(0, min - 1), max - 1);
    }

    /// <summary>Another symbol, which may be defined later.</summary>
    internal sealed class Reference : Symbol
    {
        internal Symbol? Target { get; set; }
    }

    /// <summary>Exactly this text.</summary>
    internal static Symbol Text(string text) => new Sequence([.. text.Select(c => (Symbol)new Chars(x => x == c))]);

    /// <summary>The symbol or nothing.</summary>
    internal static Symbol Optional(Symbol symbol) => new Choice(new Sequence(), symbol);
}

/// <summary>
/// All the ways in which a text so far can go on: a set of stacks of symbols, each with a set of characters on top (Thompson's simulation, with a stack instead of a
/// state). Stacks are interned, so that equal states are the same object and masks of tokens can be kept by state.
/// </summary>
internal sealed class GrammarStates
{
    private readonly Dictionary<(Symbol, Stack?), Stack> _stacks = [];
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);

    /// <summary>The state before the first character.</summary>
    internal State Start(Symbol root) => Close([(root, null)]);

    /// <summary>The state after one more character; null when the text can't go on so.</summary>
    internal State? Advance(State state, char c)
    {
        if (state.Next.TryGetValue(c, out var known))
        {
            return known;
        }

        var next = new List<(Symbol?, Stack?)>();
        foreach (var stack in state.Stacks)
        {
            if (((Symbol.Chars)stack.Top).Contains(c))
            {
                next.Add((null, stack.Below));
            }
        }

        return state.Next[c] = next.Count == 0 ? null : Close(next);
    }

    private State Close(List<(Symbol? Symbol, Stack? Below)> work)
    {
        var (found, seen, ends) = (new List<Stack>(), new HashSet<Stack>(), false);
        var expanded = new HashSet<(Symbol, Stack?)>();
        var open = new System.Collections.Generic.Stack<(Symbol?, Stack?)>(work);
        while (open.TryPop(out var item))
        {
            var (symbol, below) = item;
            if (symbol is null)
            {
                if (below is null)
                {
                    ends = true;
                    continue;
                }

                (symbol, below) = (below.Top, below.Below);
            }

            switch (symbol)
            {
                case Symbol.Chars:
                    var stack = Intern(symbol, below);
                    if (seen.Add(stack))
                    {
                        found.Add(stack);
                    }

                    break;
                case Symbol.Sequence sequence:
                    for (var i = sequence.Parts.Length - 1; i >= 1; i--)
                    {
                        below = Intern(sequence.Parts[i], below);
                    }

                    open.Push(sequence.Parts.Length == 0 ? (null, below) : (sequence.Parts[0], below));
                    break;
                case Symbol.Choice or Symbol.Reference when !expanded.Add((symbol, below)):
                    break; // a choice that leads back to itself
                case Symbol.Choice choice:
                    foreach (var option in choice.Options)
                    {
                        open.Push((option, below));
                    }

                    break;
                case Symbol.Repeat repeat:
                    if (repeat.Min == 0)
                    {
                        open.Push((null, below));
                    }

                    if (repeat.Max is null or > 0)
                    {
                        open.Push((repeat.Item, Intern(repeat.Rest, below)));
                    }

                    break;
                case Symbol.Reference reference:
                    open.Push((reference.Target!, below));
                    break;
            }
        }

        found.Sort((a, b) => a.Id.CompareTo(b.Id));
        var name = $"{ends} {string.Join(' ', found.Select(s => s.Id))}";
        return _states.TryGetValue(name, out var known) ? known : _states[name] = new State([.. found], ends);
    }

    private Stack Intern(Symbol top, Stack? below) =>
        _stacks.TryGetValue((top, below), out var known) ? known : _stacks[(top, below)] = new Stack(_stacks.Count, top, below);

    /// <summary>Symbols that are to come, the first on top.</summary>
    internal sealed class Stack(int id, Symbol top, Stack? below)
    {
        internal int Id => id;

        internal Symbol Top => top;

        internal Stack? Below => below;
    }

    /// <summary>A state.</summary>
    internal sealed class State(Stack[] stacks, bool mayEnd)
    {
        internal Stack[] Stacks => stacks;

        /// <summary>Whether the text may end here.</summary>
        internal bool MayEnd => mayEnd;

        internal Dictionary<char, State?> Next { get; } = [];
    }
}
