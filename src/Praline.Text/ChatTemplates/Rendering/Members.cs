using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>
/// <c>value.name</c> and <c>value[index]</c>: methods and members from a fixed list (a template reaches nothing else),
/// keys and indices.
/// </summary>
internal static class Members
{
    private static readonly string[] ListChanges = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];
    private static readonly string[] DictChanges = ["clear", "pop", "popitem", "setdefault", "update"];

    /// <summary><c>target.name</c>: a member, else a key.</summary>
    public static object? Attribute(object? target, string name, RenderBudget budget)
    {
        budget.Step();
        return TryMember(target, name, budget, out var value) || TryIndex(target, name, out value)
            ? value
            : Missing(target, name);
    }

    /// <summary><c>target[index]</c>: a key or index, else a member.</summary>
    public static object? Item(object? target, object? index, RenderBudget budget)
    {
        budget.Step();
        return TryIndex(target, index, out var value) || (index is string name && TryMember(target, name, budget, out value))
            ? value
            : Missing(target, index);
    }

    public static object? Slice(object? target, object? start, object? stop, object? step, RenderBudget budget)
    {
        switch (target)
        {
            case string text:
                budget.Characters(text.Length);
                var characters = PythonText.Characters(text);
                return string.Concat(Positions(characters.Count, start, stop, step).Select(i => characters[i]));
            case SequenceValue { IsIndexable: true } sequence:
                budget.Items(sequence.Items.Count);
                return sequence with { Items = [.. Positions(sequence.Items.Count, start, stop, step).Select(i => sequence.Items[i])] };
            case Undefined undefined:
                throw undefined.Error();
            case DictValue:
                throw TemplateErrors.Type("unhashable type: 'slice'");
            default:
                return Missing(target, null);
        }
    }

    private static Undefined Missing(object? target, object? index) => target is Undefined undefined
        ? throw undefined.Error()
        : index is string name
            ? new Undefined($"{PythonText.Quote(ValueKinds.Describe(target))} has no attribute {PythonText.Quote(name)}")
            : new Undefined($"{ValueKinds.Describe(target)} has no element {ValueText.Repr(index, new RenderBudget())}");

    private static bool TryMember(object? target, string name, RenderBudget budget, out object? value)
    {
        var changes = target switch
        {
            SequenceValue { Kind: SequenceKind.List } => ListChanges.Contains(name),
            DictValue => DictChanges.Contains(name),
            _ => false,
        };
        if (changes || name.StartsWith("__", StringComparison.Ordinal))
        {
            value = new Undefined($"access to attribute '{name}' of '{ValueKinds.NameOf(target)}' object is unsafe.", "SecurityError");
            return target is not Undefined;
        }

        value = target switch
        {
            string text => StringMethods.Find(text, name, budget),
            DictValue dict => ContainerMethods.Find(dict, name),
            SequenceValue sequence => ContainerMethods.Find(sequence, name, budget),
            double number when name == "is_integer" => new CallableValue(name, _ => number == Math.Floor(number)),
            _ => null,
        };
        if (value is not null)
        {
            return true;
        }

        return target switch
        {
            NamespaceValue ns => ns.Members.TryGetValue(name, out value),
            CallableValue callable => callable.Members.TryGetValue(name, out value),
            LoopValue loop => loop.TryFind(name, out value),
            _ => false,
        };
    }

    private static bool TryIndex(object? target, object? index, out object? value)
    {
        value = null;
        switch (target)
        {
            case DictValue dict:
                return index is not (SequenceValue { Kind: not SequenceKind.Tuple } or DictValue or Undefined) && dict.TryGet(index, out value);
            case SequenceValue { IsIndexable: true } sequence when Index(index, sequence.Items.Count) is { } at:
                value = sequence.Items[at];
                return true;
            case string text when index is long or bool && Index(index, PythonText.Length(text)) is { } at:
                value = PythonText.HasSurrogates(text) ? PythonText.Characters(text)[at] : text[at].ToString();
                return true;
            default:
                return false;
        }
    }

    /// <summary>An index from the front, or the back when negative; null outside.</summary>
    private static int? Index(object? index, int count)
    {
        if (index is not (long or bool))
        {
            return null;
        }

        var at = Numbers.Whole(index);
        at = at < 0 ? at + count : at;
        return at >= 0 && at < count ? (int)at : null;
    }

    private static IEnumerable<int> Positions(int count, object? start, object? stop, object? step)
    {
        var by = step is null ? 1 : Numbers.Whole(step);
        if (by == 0)
        {
            throw TemplateErrors.Value("slice step cannot be zero");
        }

        var (lowest, highest) = by > 0 ? (0L, count) : (-1L, count - 1L);
        long Bound(object? value, long whenAbsent)
        {
            if (value is null)
            {
                return whenAbsent;
            }

            var at = Numbers.Whole(value);
            return Math.Clamp(at < 0 ? at + count : at, lowest, highest);
        }

        var from = Bound(start, by > 0 ? lowest : highest);
        var to = Bound(stop, by > 0 ? highest : lowest);
        // A step beyond the length ends after one item and can't overflow.
        by = Math.Clamp(by, -count - 1L, count + 1L);
        for (var at = from; by > 0 ? at < to : at > to; at += by)
        {
            yield return (int)at;
        }
    }
}
