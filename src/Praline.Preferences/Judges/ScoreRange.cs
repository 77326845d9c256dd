namespace Praline.Preferences;

/// <summary>The scores that a judge may give, both ends included.</summary>
public readonly record struct ScoreRange(double Min, double Max)
{
    /// <summary>0 to 5, for hallucination.</summary>
    public static ScoreRange Hallucination { get; } = new(0, 5);

    /// <summary>0 to 5, for harmony.</summary>
    public static ScoreRange Harmony { get; } = new(0, 5);

    /// <summary>0 to 3, for self-consistency.</summary>
    public static ScoreRange Consistency { get; } = new(0, 3);

    /// <summary>Whether a score lies in the range.</summary>
    public bool Holds(double score) => score >= Min && score <= Max;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Min} to {Max}");
}
