namespace Praline.Preferences;

/// <summary>Whether the judge likes long captions. Lengths are in words.</summary>
/// <param name="Pearson">
/// Correlation of length and total among the candidates of one video (both less their video's mean), over all videos; null
/// where nothing varies.
/// </param>
/// <param name="Spearman">The same of ranks.</param>
/// <param name="LongerWins">The share of pairs whose chosen caption is the longer one; equal lengths count half. Null without pairs.</param>
/// <param name="ChosenWords">Mean length of chosen captions.</param>
/// <param name="RejectedWords">Mean length of rejected captions.</param>
public sealed record LengthBias(double? Pearson, double? Spearman, double? LongerWins, double ChosenWords, double RejectedWords)
{
    /// <summary>Measures.</summary>
    /// <param name="videos">For each video its candidates and their totals.</param>
    /// <param name="pairs">The pairs made of them.</param>
    public static LengthBias Of(
        IEnumerable<(IReadOnlyList<string> Captions, IReadOnlyList<double?> Totals)> videos, IReadOnlyList<PairRow> pairs)
    {
        var (lengths, totals) = (new List<double>(), new List<double>());
        foreach (var (captions, scores) in videos)
        {
            var scored = captions.Zip(scores).Where(c => c.Second is not null).Select(c => ((double)Words(c.First), c.Second!.Value)).ToList();
            if (scored.Count >= 2)
            {
                var (meanLength, meanTotal) = (scored.Average(s => s.Item1), scored.Average(s => s.Value));
                lengths.AddRange(scored.Select(s => s.Item1 - meanLength));
                totals.AddRange(scored.Select(s => s.Value - meanTotal));
            }
        }

        var pairLengths = pairs.Select(p => (Chosen: Words(p.PosPre), Rejected: Words(p.NegPre))).ToList();
        return new LengthBias(
            Correlation.Pearson(lengths, totals),
            Correlation.Spearman(lengths, totals),
            pairLengths.Count == 0 ? null : pairLengths.Average(p => p.Chosen > p.Rejected ? 1 : p.Chosen == p.Rejected ? 0.5 : 0),
            pairLengths.Count == 0 ? 0 : pairLengths.Average(p => p.Chosen),
            pairLengths.Count == 0 ? 0 : pairLengths.Average(p => p.Rejected));
    }

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}
