namespace Praline.Text.ChatTemplates.Values;

/// <summary>A list, tuple, range or view of a dict. Never changed once made: templates are sandboxed.</summary>
internal sealed record SequenceValue(SequenceKind Kind, IReadOnlyList<object?> Items)
{
    public bool IsIndexable => Kind is SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range;

    /// <summary>Names of the items, for <c>groupby</c>'s pairs.</summary>
    public IReadOnlyList<string> FieldNames { get; init; } = [];

    public static SequenceValue List(IEnumerable<object?> items) => new(SequenceKind.List, [.. items]);

    public static SequenceValue Tuple(params IReadOnlyList<object?> items) => new(SequenceKind.Tuple, items);

    public bool Equals(SequenceValue? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
