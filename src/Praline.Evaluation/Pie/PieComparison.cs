namespace Praline.Evaluation;

/// <summary>Two runs on the questions that both have a verdict on: first minus second.</summary>
public sealed record PieComparison
{
    /// <summary>The first run.</summary>
    public required string First { get; init; }

    /// <summary>The second run.</summary>
    public required string Second { get; init; }

    /// <summary>How many questions both have a verdict on.</summary>
    public required int Questions { get; init; }

    /// <summary>Questions on which only the first was flagged True.</summary>
    public required int OnlyFirst { get; init; }

    /// <summary>Questions on which only the second was flagged True.</summary>
    public required int OnlySecond { get; init; }

    /// <summary>McNemar's exact two-sided p-value of these two numbers.</summary>
    public required double McNemar { get; init; }

    /// <summary><see cref="McNemar"/> adjusted by Holm's method for the number of comparisons in the report.</summary>
    public required double McNemarHolm { get; init; }

    /// <summary>Difference in macro AAR, paired bootstrap over images.</summary>
    public required PairedDifference Macro { get; init; }

    /// <summary>Difference in micro AAR, paired bootstrap over images.</summary>
    public required PairedDifference Micro { get; init; }

    /// <summary>Compares every run with every run before it.</summary>
    /// <exception cref="PralineException">A run's judgements don't belong to the PIE file.</exception>
    public static IReadOnlyList<PieComparison> OfAll(
        IReadOnlyList<PieRun> runs, IReadOnlyList<PieQuestion> questions, BootstrapOptions? options = null)
    {
        var verdicts = runs.Select(r => PieSummary.Verdicts(r, questions)).ToArray();
        var comparisons = new List<PieComparison>();
        for (var second = 0; second < runs.Count; second++)
        {
            for (var first = second + 1; first < runs.Count; first++)
            {
                comparisons.Add(Of(runs[first].Label, verdicts[first], runs[second].Label, verdicts[second], questions, options ?? new()));
            }
        }

        var adjusted = Holm.Adjust([.. comparisons.Select(c => c.McNemar)]);
        return [.. comparisons.Zip(adjusted, (c, p) => c with { McNemarHolm = p })];
    }

    private static PieComparison Of(
        string firstLabel, SortedDictionary<int, PieVerdict> first, string secondLabel, SortedDictionary<int, PieVerdict> second,
        IReadOnlyList<PieQuestion> questions, BootstrapOptions options)
    {
        int[] shared = [.. first.Keys.Where(i => first[i] is PieVerdict.Scored && second.GetValueOrDefault(i) is PieVerdict.Scored)];
        IEnumerable<(PieQuestion, PieFlag)> Flags(SortedDictionary<int, PieVerdict> verdicts) =>
            shared.Select(i => (questions[i], verdicts[i].FlagOrNull!.Value));
        var onlyFirst = shared.Count(i => first[i].FlagOrNull == PieFlag.True && second[i].FlagOrNull != PieFlag.True);
        var onlySecond = shared.Count(i => second[i].FlagOrNull == PieFlag.True && first[i].FlagOrNull != PieFlag.True);
        var p = Evaluation.McNemar.Exact(onlyFirst, onlySecond);
        var (macro, micro) = AlignRates.Difference(Flags(first), Flags(second), options);
        return new()
        {
            First = firstLabel,
            Second = secondLabel,
            Questions = shared.Length,
            OnlyFirst = onlyFirst,
            OnlySecond = onlySecond,
            McNemar = p,
            McNemarHolm = p,
            Macro = macro,
            Micro = micro,
        };
    }
}
