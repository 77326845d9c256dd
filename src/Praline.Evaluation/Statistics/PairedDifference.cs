namespace Praline.Evaluation;

/// <summary>How two methods differ on the same items.</summary>
/// <param name="Difference">First minus second, with its interval.</param>
/// <param name="PValue">Two-sided probability of a difference at least this far from none, in (0, 1]; NaN when undefined.</param>
public readonly record struct PairedDifference(Estimate Difference, double PValue)
{
    /// <summary>Whether the p-value is below <paramref name="level"/>.</summary>
    public bool IsSignificant(double level = 0.05) => PValue < level;
}
