namespace Praline.Evaluation;

/// <summary>
/// The score interval of a proportion (Wilson 1927; method 3 of Newcombe, Statistics in Medicine 17, 1998). Never leaves [0, 1], and is
/// right also for few trials and for proportions of 0 and 1.
/// </summary>
public static class Wilson
{
    /// <summary>The proportion <paramref name="successes"/> / <paramref name="trials"/> with its interval; undefined for no trial.</summary>
    /// <param name="successes">How many of the trials succeeded.</param>
    /// <param name="trials">How many trials there were.</param>
    /// <param name="confidence">The interval's coverage, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">Counts that can't be, or a confidence outside (0, 1).</exception>
    public static Estimate Interval(long successes, long trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        if (successes < 0 || successes > trials)
        {
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Successes lie in 0..trials ({trials}).");
        }

        if (!(confidence > 0 && confidence < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies in (0, 1).");
        }

        if (trials == 0)
        {
            return Estimate.Undefined;
        }

        double n = trials, p = successes / n;
        var z = -NormalDistribution.Quantile((1 - confidence) / 2);
        var centre = p + (z * z / (2 * n));
        var half = z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        var scale = 1 + (z * z / n);

        // At 0 and 1 the bound is exact; the formula would leave a rounding error behind.
        return new(p, successes == 0 ? 0 : (centre - half) / scale, successes == trials ? 1 : (centre + half) / scale);
    }
}
