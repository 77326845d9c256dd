namespace Praline.Evaluation;

/// <summary>
/// The Aggregate Align Rate (AAR) in its variants. The paper's code computes none, so the readings that are possible stand beside each other.
/// Unscored answers are in none of them; intervals are bootstrap ones that draw images, as questions on one image are not independent.
/// </summary>
/// <param name="Macro">Mean of the types' True rates: each type weighs the same.</param>
/// <param name="MacroHalf">Mean over the types of (True + ½·Ambiguous) / scored.</param>
/// <param name="Micro">True answers / scored answers: each question weighs the same.</param>
/// <param name="MicroHalf">(True + ½·Ambiguous) / scored answers.</param>
public sealed record AlignRates(Estimate Macro, Estimate MacroHalf, Estimate Micro, Estimate MicroHalf)
{
    // Per type: answers flagged True, flagged Ambiguous, scored.
    private const int PerType = 3;

    /// <summary>The variants' names and definitions, in the order in which they are shown.</summary>
    public static IReadOnlyList<(string Name, string Definition, Func<AlignRates, Estimate> Of)> Variants { get; } =
    [
        ("AAR macro", "mean of the types' True rates: each type weighs the same", r => r.Macro),
        ("AAR macro, Ambiguous ½", "mean over the types of (True + ½·Ambiguous) / scored answers", r => r.MacroHalf),
        ("AAR micro", "True answers / scored answers: each question weighs the same", r => r.Micro),
        ("AAR micro, Ambiguous ½", "(True + ½·Ambiguous) / scored answers", r => r.MicroHalf),
    ];

    /// <summary>The rates of a run's verdicts.</summary>
    internal static AlignRates Of(IEnumerable<(PieQuestion Question, PieFlag Flag)> verdicts, BootstrapOptions options)
    {
        var e = Bootstrap.Intervals(Totals(verdicts), options, Statistics);
        return new(e[0], e[1], e[2], e[3]);
    }

    /// <summary>Difference in macro and in micro rate of two runs' verdicts on the same questions.</summary>
    internal static (PairedDifference Macro, PairedDifference Micro) Difference(
        IEnumerable<(PieQuestion Question, PieFlag Flag)> first, IEnumerable<(PieQuestion Question, PieFlag Flag)> second, BootstrapOptions options)
    {
        var d = PairedBootstrap.Differences(Totals(first), Totals(second), options, Statistics[0], Statistics[2]);
        return (d[0], d[1]);
    }

    private static IReadOnlyList<TotalsStatistic> Statistics { get; } =
        [t => MeanOverTypes(t, 0), t => MeanOverTypes(t, 0.5), t => OverAll(t, 0), t => OverAll(t, 0.5)];

    private static ClusterTotals Totals(IEnumerable<(PieQuestion Question, PieFlag Flag)> verdicts)
    {
        var totals = new ClusterTotals(PieType.All.Count * PerType);
        foreach (var (question, flag) in verdicts)
        {
            var row = new double[PieType.All.Count * PerType];
            var type = PieType.All.Index().First(t => t.Item == question.Type).Index * PerType;
            row[type] = flag == PieFlag.True ? 1 : 0;
            row[type + 1] = flag == PieFlag.Ambiguous ? 1 : 0;
            row[type + 2] = 1;
            totals.Add(question.ImageId, row);
        }

        return totals;
    }

    private static double MeanOverTypes(ReadOnlySpan<double> totals, double ambiguous)
    {
        // Types without a scored answer have no rate: the mean is over the others.
        double sum = 0, types = 0;
        for (var type = 0; type < totals.Length; type += PerType)
        {
            if (totals[type + 2] > 0)
            {
                sum += (totals[type] + (ambiguous * totals[type + 1])) / totals[type + 2];
                types++;
            }
        }

        return sum / types;
    }

    private static double OverAll(ReadOnlySpan<double> totals, double ambiguous)
    {
        double sum = 0, scored = 0;
        for (var type = 0; type < totals.Length; type += PerType)
        {
            sum += totals[type] + (ambiguous * totals[type + 1]);
            scored += totals[type + 2];
        }

        return sum / scored;
    }
}
