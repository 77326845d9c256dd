namespace Praline.Text.Tokenizers.Patterns;

/// <summary>The syntax tree of a regular expression.</summary>
internal abstract record PatternNode
{
    /// <summary>One code point out of a set.</summary>
    public sealed record Set(CodePointSet Points) : PatternNode;

    public sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    public sealed record Alternation(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>A quantifier; <paramref name="Maximum"/> is <see cref="int.MaxValue"/> when open.</summary>
    public sealed record Repeat(PatternNode Body, int Minimum, int Maximum, RepeatKind Kind) : PatternNode;

    public sealed record Look(PatternNode Body, bool Behind, bool Negative) : PatternNode;

    public sealed record Atomic(PatternNode Body) : PatternNode;

    public sealed record Anchor(AnchorKind Kind) : PatternNode;
}
