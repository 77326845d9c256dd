namespace Praline.Text.Tokenizers.Patterns;

/// <summary>One operation with its operands; see <see cref="PatternOp"/>.</summary>
internal readonly record struct PatternInstruction(PatternOp Op)
{
    public int First { get; init; }

    public int Second { get; init; }

    public int Minimum { get; init; }

    public int Maximum { get; init; }

    public bool Negative { get; init; }

    public CodePointSet Points { get; init; } = CodePointSet.Any;

    /// <summary>For a split: what the first branch can begin with, so that most branches are never entered.</summary>
    public FirstPoints Starts { get; init; }
}
