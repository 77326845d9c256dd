namespace Praline.Evaluation;

/// <summary>Verdicts on the answers to a group of questions: a type, a tier, or all.</summary>
public sealed record PieRate
{
    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the group has questions that know the flag Ambiguous.</summary>
    public required bool AllowsAmbiguous { get; init; }

    /// <summary>How many answers were flagged True.</summary>
    public required int True { get; init; }

    /// <summary>How many answers were flagged Ambiguous.</summary>
    public required int Ambiguous { get; init; }

    /// <summary>How many answers were flagged False.</summary>
    public required int False { get; init; }

    /// <summary>How many answers have no verdict; they are in no rate.</summary>
    public required int Unscored { get; init; }

    /// <summary>How many answers have a verdict.</summary>
    public int Scored => True + Ambiguous + False;

    /// <summary>True / scored, with a 95 % Wilson interval.</summary>
    public Estimate TrueRate => Wilson.Interval(True, Scored);

    /// <summary>Ambiguous / scored, with a 95 % Wilson interval; undefined where there is no such flag.</summary>
    public Estimate AmbiguousRate => AllowsAmbiguous ? Wilson.Interval(Ambiguous, Scored) : Estimate.Undefined;

    /// <summary>Unscored / all answers, with a 95 % Wilson interval.</summary>
    public Estimate UnscoredRate => Wilson.Interval(Unscored, Scored + Unscored);

    /// <summary>Counts the verdicts of a group.</summary>
    internal static PieRate Of(string name, IEnumerable<(PieType Type, PieVerdict Verdict)> verdicts, bool allowsAmbiguous)
    {
        var flags = verdicts.Select(v => v.Verdict.FlagOrNull).ToArray();
        return new()
        {
            Name = name,
            AllowsAmbiguous = allowsAmbiguous,
            True = flags.Count(f => f == PieFlag.True),
            Ambiguous = flags.Count(f => f == PieFlag.Ambiguous),
            False = flags.Count(f => f == PieFlag.False),
            Unscored = flags.Count(f => f is null),
        };
    }
}
