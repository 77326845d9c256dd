namespace Praline.Evaluation;

/// <summary>The standard normal distribution, to about 1e-14 relative.</summary>
public static class NormalDistribution
{
    private static readonly double InverseRootTwoPi = 1 / Math.Sqrt(2 * Math.PI);

    /// <summary>The density φ(x).</summary>
    public static double Density(double x) => InverseRootTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>The probability Φ(x) of a value up to <paramref name="x"/>.</summary>
    public static double Cumulative(double x)
    {
        if (double.IsNaN(x))
        {
            return double.NaN;
        }

        var size = Math.Abs(x);
        if (size > 38)
        {
            return x < 0 ? 0 : 1;
        }

        if (size < 3)
        {
            // Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/15 + …), all terms of one sign, so nothing cancels.
            double term = x, sum = x;
            for (var k = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); k += 2)
            {
                term *= x * x / k;
                sum += term;
            }

            return 0.5 + (Density(x) * sum);
        }

        // The tail as Laplace's continued fraction: φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))).
        var fraction = size;
        for (var k = 120; k >= 1; k--)
        {
            fraction = size + (k / fraction);
        }

        var tail = Density(size) / fraction;
        return x < 0 ? tail : 1 - tail;
    }

    /// <summary>The x with Φ(x) = <paramref name="probability"/>; ±∞ at 1 and 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public static double Quantile(double probability)
    {
        if (!(probability >= 0 && probability <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in [0, 1].");
        }

        if (probability is 0 or 1)
        {
            return probability == 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (probability > 0.5)
        {
            return -Quantile(1 - probability);
        }

        // Start: Abramowitz and Stegun 26.2.23 (error below 4.5e-4); each Halley step then triples the correct digits.
        var t = Math.Sqrt(-2 * Math.Log(probability));
        var x = -(t - ((2.515517 + (t * (0.802853 + (t * 0.010328))))
            / (1 + (t * (1.432788 + (t * (0.189269 + (t * 0.001308))))))));
        for (var step = 0; step < 3; step++)
        {
            var u = (Cumulative(x) - probability) / Density(x);
            x -= u / (1 + (0.5 * x * u));
        }

        return x;
    }
}
