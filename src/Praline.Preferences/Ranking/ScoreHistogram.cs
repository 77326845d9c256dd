namespace Praline.Preferences;

/// <summary>How often each score was given.</summary>
/// <param name="Name">Which scores: <c>hallu_scores</c>, <c>harmo_scores</c>, <c>consi_scores</c> or <c>total</c>.</param>
/// <param name="Counts">For each whole number (scores are rounded to it) how many candidates have it, in ascending order without gaps.</param>
/// <param name="Unscored">How many candidates have none.</param>
public sealed record ScoreHistogram(string Name, IReadOnlyList<(int Score, int Count)> Counts, int Unscored)
{
    /// <summary>The share of candidates without a score, 0 to 1.</summary>
    public double UnscoredRate => Unscored == 0 ? 0 : (double)Unscored / (Unscored + Counts.Sum(c => c.Count));

    /// <summary>Counts scores.</summary>
    public static ScoreHistogram Of(string name, IReadOnlyCollection<double?> scores)
    {
        var whole = scores.OfType<double>().Select(s => (int)Math.Round(s, MidpointRounding.AwayFromZero)).ToList();
        var counts = whole.CountBy(s => s).ToDictionary();
        return new ScoreHistogram(
            name,
            whole.Count == 0 ? [] : [.. Enumerable.Range(whole.Min(), whole.Max() - whole.Min() + 1).Select(s => (s, counts.GetValueOrDefault(s)))],
            scores.Count - whole.Count);
    }
}
