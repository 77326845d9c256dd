namespace Praline.Text.Tokenizers.Patterns;

/// <summary>Turns a pattern's tree into a flat program for <see cref="PatternMatcher"/>.</summary>
internal sealed class PatternCompiler
{
    private const int LongestProgram = 20_000;

    private readonly List<PatternInstruction> _program = [];
    private int _guards;

    public static (PatternInstruction[] Program, int Guards) Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        compiler.Emit(node);
        compiler.Add(new PatternInstruction(PatternOp.Accept));
        return ([.. compiler._program], compiler._guards);
    }

    private int Add(PatternInstruction instruction)
    {
        if (_program.Count >= LongestProgram)
        {
            throw new FormatException($"grows beyond {LongestProgram} steps once its counted repeats are written out");
        }

        _program.Add(instruction);
        return _program.Count - 1;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                Add(new PatternInstruction(PatternOp.Set) { Points = set.Points });
                break;
            case PatternNode.Sequence sequence:
                foreach (var item in sequence.Items)
                {
                    Emit(item);
                }

                break;
            case PatternNode.Alternation alternation:
                EmitAlternation(alternation.Items);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat);
                break;
            case PatternNode.Atomic atomic:
                EmitInner(new PatternInstruction(PatternOp.Atomic), atomic.Body);
                break;
            case PatternNode.Look { Behind: true } look:
                EmitLookBehind(look);
                break;
            case PatternNode.Look look:
                EmitInner(new PatternInstruction(PatternOp.Look) { Negative = look.Negative }, look.Body);
                break;
            case PatternNode.Anchor anchor:
                Add(new PatternInstruction(PatternOp.Anchor) { First = (int)anchor.Kind });
                break;
        }
    }

    private void EmitAlternation(IReadOnlyList<PatternNode> items)
    {
        var jumps = new List<int>();
        for (var i = 0; i < items.Count - 1; i++)
        {
            var split = Add(new PatternInstruction(PatternOp.Split) { Starts = FirstPoints.Of(items[i]) });
            Emit(items[i]);
            jumps.Add(Add(new PatternInstruction(PatternOp.Jump)));
            _program[split] = _program[split] with { First = split + 1, Second = _program.Count };
        }

        Emit(items[^1]);
        foreach (var jump in jumps)
        {
            _program[jump] = _program[jump] with { First = _program.Count };
        }
    }

    private void EmitRepeat(PatternNode.Repeat repeat)
    {
        if (repeat.Body is PatternNode.Set set && repeat.Kind != RepeatKind.Lazy)
        {
            var op = repeat.Kind == RepeatKind.Greedy ? PatternOp.GreedySet : PatternOp.PossessiveSet;
            Add(new PatternInstruction(op) { Points = set.Points, Minimum = repeat.Minimum, Maximum = repeat.Maximum });
            return;
        }

        if (repeat.Kind == RepeatKind.Possessive)
        {
            EmitInner(new PatternInstruction(PatternOp.Atomic), repeat with { Kind = RepeatKind.Greedy });
            return;
        }

        for (var i = 0; i < repeat.Minimum; i++)
        {
            Emit(repeat.Body);
        }

        if (repeat.Maximum == int.MaxValue)
        {
            EmitLoop(repeat);
            return;
        }

        var splits = new List<int>();
        for (var i = repeat.Minimum; i < repeat.Maximum; i++)
        {
            splits.Add(Add(new PatternInstruction(PatternOp.Split)));
            Emit(repeat.Body);
        }

        foreach (var split in splits)
        {
            _program[split] = Branch(split + 1, _program.Count, repeat);
        }
    }

    private void EmitLoop(PatternNode.Repeat repeat)
    {
        // A body that can take nothing would go round for ever: a guard ends the loop there.
        var guarded = FirstPoints.Of(repeat.Body).MayBeEmpty;
        if (guarded)
        {
            Add(new PatternInstruction(PatternOp.EnterLoop) { First = _guards });
        }

        var split = Add(new PatternInstruction(PatternOp.Split));
        if (guarded)
        {
            Add(new PatternInstruction(PatternOp.GuardLoop) { First = _guards++ });
        }

        Emit(repeat.Body);
        Add(new PatternInstruction(PatternOp.Jump) { First = split });
        _program[split] = Branch(split + 1, _program.Count, repeat);
    }

    private static PatternInstruction Branch(int body, int exit, PatternNode.Repeat repeat) => repeat.Kind == RepeatKind.Lazy
        ? new PatternInstruction(PatternOp.Split) { First = exit, Second = body, Starts = new FirstPoints(0, 0, true) }
        : new PatternInstruction(PatternOp.Split) { First = body, Second = exit, Starts = FirstPoints.Of(repeat.Body) };

    /// <summary>An inner program that ends with its own Accept, entered by the instruction before it.</summary>
    private void EmitInner(PatternInstruction entry, PatternNode body)
    {
        var at = Add(entry);
        Emit(body);
        Add(new PatternInstruction(PatternOp.Accept));
        _program[at] = _program[at] with { First = at + 1, Second = _program.Count };
    }

    private void EmitLookBehind(PatternNode.Look look)
    {
        var lengths = look.Body is PatternNode.Alternation alternation
            ? alternation.Items.Select(Length).Distinct().ToList()
            : [Length(look.Body)];
        if (lengths is not [{ } length])
        {
            throw new FormatException("has a look-behind of varying length, which is not supported");
        }

        EmitInner(new PatternInstruction(PatternOp.LookBehind) { Negative = look.Negative, Minimum = length }, look.Body);
    }

    /// <summary>The number of code points that a node takes, when it is always the same; else null.</summary>
    private static int? Length(PatternNode node) => node switch
    {
        PatternNode.Set => 1,
        PatternNode.Sequence sequence => sequence.Items.Aggregate((int?)0, (sum, item) => sum + Length(item)),
        PatternNode.Alternation alternation => alternation.Items.Select(Length).Distinct().ToList() is [{ } same] ? same : null,
        PatternNode.Repeat repeat when repeat.Minimum == repeat.Maximum => Length(repeat.Body) * repeat.Minimum,
        PatternNode.Atomic atomic => Length(atomic.Body),
        PatternNode.Look or PatternNode.Anchor => 0,
        _ => null,
    };
}
