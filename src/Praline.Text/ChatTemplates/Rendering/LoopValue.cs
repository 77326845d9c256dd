using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>The variable <c>loop</c> inside a loop.</summary>
internal sealed class LoopValue(IReadOnlyList<object?> items, int depth, RenderBudget budget)
{
    private static readonly object NoMember = new();

    private SequenceValue? _lastChanged;

    /// <summary>The position of the current item, from 0.</summary>
    public int Index { get; set; }

    public int Depth => depth;

    /// <summary>What calling <c>loop(…)</c> does in a recursive loop; null in others.</summary>
    public Func<object?, string>? Recurse { get; init; }

    public bool TryFind(string name, out object? value)
    {
        value = Find(name);
        return !ReferenceEquals(value, NoMember);
    }

    private object? Find(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)(items.Count - Index),
        "revindex0" => (long)(items.Count - Index - 1),
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => depth + 1L,
        "depth0" => (long)depth,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index < items.Count - 1 ? items[Index + 1] : new Undefined("there is no next item"),
        "cycle" => new CallableValue("<bound method LoopContext.cycle>", arguments => arguments.Positional.Count == 0
            ? throw TemplateErrors.Type("no items for cycling given")
            : arguments.Positional[Index % arguments.Positional.Count]),
        "changed" => new CallableValue("<bound method LoopContext.changed>", arguments => Changed(arguments)),
        _ => NoMember,
    };

    private bool Changed(Arguments arguments)
    {
        var current = SequenceValue.Tuple(arguments.Positional);
        var changed = _lastChanged is null || !Comparison.AreEqual(_lastChanged, current, budget);
        _lastChanged = current;
        return changed;
    }
}
