namespace Praline.Evaluation;

/// <summary>
/// Precision, recall, F1, hallucination rate and length of captions whose facts were checked. All are micro averages over the captions of
/// all training seeds pooled; intervals draw whole videos, as captions of one video succeed and fail together.
/// </summary>
public static class FactMetrics
{
    // Columns: TP, FP, missed, words, hallucinated captions, captions.
    private const int ColumnCount = 6;

    private static readonly TotalsStatistic[] Statistics =
    [
        t => t[0] / (t[0] + t[1]),
        t => t[0] / (t[0] + t[2]),
        t => 2 * t[0] / ((2 * t[0]) + t[1] + t[2]),
        t => t[4] / t[5],
        t => t[3] / t[5],
    ];

    /// <summary>One summary per method, in the order in which methods first appear.</summary>
    public static IReadOnlyList<FactSummary> Summarise(IEnumerable<CaptionFacts> captions, BootstrapOptions? options = null) =>
        [.. captions.GroupBy(c => c.Method).Select(g => SummariseMethod(g.Key, [.. g], options))];

    /// <summary>Every other method against <paramref name="baseline"/>, paired by video.</summary>
    /// <exception cref="PralineException">No caption of the baseline, or methods on different videos.</exception>
    public static IReadOnlyList<FactComparison> Compare(
        IEnumerable<CaptionFacts> captions, string baseline, BootstrapOptions? options = null)
    {
        var methods = captions.GroupBy(c => c.Method).ToDictionary(g => g.Key, Totals);
        if (!methods.TryGetValue(baseline, out var reference))
        {
            throw new PralineException(
                $"The comparison needs captions of '{baseline}', but there are only those of {string.Join(", ", methods.Keys)}.");
        }

        return [.. methods.Where(m => m.Key != baseline).Select(m =>
        {
            var d = PairedBootstrap.Differences(m.Value, reference, options, Statistics);
            return new FactComparison
            {
                Method = m.Key, Baseline = baseline,
                Precision = d[0], Recall = d[1], F1 = d[2], HallucinationRate = d[3], MeanWords = d[4],
            };
        })];
    }

    private static FactSummary SummariseMethod(string method, IReadOnlyList<CaptionFacts> captions, BootstrapOptions? options)
    {
        var totals = Totals(captions);
        var e = Bootstrap.Intervals(totals, options, Statistics);
        var seeds = captions.GroupBy(c => c.Seed).OrderBy(g => g.Key).ToDictionary(
            g => g.Key,
            g => 2.0 * g.Sum(c => c.TruePositives) / g.Sum(c => (2 * c.TruePositives) + c.FalsePositives + c.Missed));
        return new()
        {
            Method = method,
            Captions = captions.Count,
            Videos = totals.Count,
            Seeds = seeds.Count,
            F1BySeed = seeds,
            Precision = e[0],
            Recall = e[1],
            F1 = e[2],
            HallucinationRate = e[3],
            MeanWords = e[4],
        };
    }

    private static ClusterTotals Totals(IEnumerable<CaptionFacts> captions)
    {
        var totals = new ClusterTotals(ColumnCount);
        foreach (var c in captions)
        {
            if (c.TruePositives < 0 || c.FalsePositives < 0 || c.Missed < 0 || c.Words < 0)
            {
                throw new ArgumentException($"Counts can't be negative: {c}", nameof(captions));
            }

            totals.Add(c.Video, c.TruePositives, c.FalsePositives, c.Missed, c.Words, c.Hallucinated ? 1 : 0, 1);
        }

        return totals;
    }
}
