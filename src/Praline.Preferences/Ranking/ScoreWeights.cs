namespace Praline.Preferences;

/// <summary>How the three scores become one. The paper's: 1.1 · hallucination + harmony + consistency, at most 13.5.</summary>
/// <param name="Hallucination">Weight of the hallucination score (0 to 5).</param>
/// <param name="Harmony">Weight of the harmony score (0 to 5).</param>
/// <param name="Consistency">Weight of the self-consistency score (0 to 3).</param>
public sealed record ScoreWeights(double Hallucination = 1.1, double Harmony = 1, double Consistency = 1)
{
    /// <summary>The total, or null when a score that has weight is missing.</summary>
    public double? Total(double? hallucination, double? harmony, double? consistency)
    {
        double total = 0;
        foreach (var (weight, score) in new[] { (Hallucination, hallucination), (Harmony, harmony), (Consistency, consistency) })
        {
            if (weight == 0)
            {
                continue;
            }

            if (score is null)
            {
                return null;
            }

            total += weight * score.Value;
        }

        return total;
    }
}
