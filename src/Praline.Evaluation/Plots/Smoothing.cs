namespace Praline.Evaluation;

/// <summary>
/// Smooths noisy curves by local linear regression with a Gaussian kernel (Fan and Gijbels 1996): centred, so it doesn't lag behind the data
/// as an exponential average does, and unbiased at both ends, where the first and last steps of a training are.
/// </summary>
public static class Smoothing
{
    /// <summary>The smoothed curve at up to <paramref name="points"/> places between the smallest and the largest x.</summary>
    /// <param name="x">Places of the measurements, in any order; several series can be pooled.</param>
    /// <param name="y">The measurements; those not finite are left out.</param>
    /// <param name="bandwidth">Standard deviation of the kernel, in units of x; above 0.</param>
    /// <param name="points">How many places at most.</param>
    public static IReadOnlyList<(double X, double Y)> LocalLinear(
        IReadOnlyList<double> x, IReadOnlyList<double> y, double bandwidth, int points = 240)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bandwidth);
        (double X, double Y)[] data = [.. x.Zip(y).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).OrderBy(p => p.First)];
        if (data.Length == 0)
        {
            return [];
        }

        var places = data.Select(p => p.X).Distinct().ToArray();
        if (places.Length > points)
        {
            var (low, high) = (places[0], places[^1]);
            places = [.. Enumerable.Range(0, points).Select(i => low + ((high - low) * i / (points - 1)))];
        }

        var smooth = new (double, double)[places.Length];
        var first = 0;
        for (var i = 0; i < places.Length; i++)
        {
            // Beyond four standard deviations a weight is below 4e-4 of the largest.
            while (first < data.Length - 1 && data[first].X < places[i] - (4 * bandwidth))
            {
                first++;
            }

            smooth[i] = (places[i], At(data, first, places[i], bandwidth));
        }

        return smooth;
    }

    private static double At((double X, double Y)[] data, int first, double place, double bandwidth)
    {
        double s0 = 0, s1 = 0, s2 = 0, t0 = 0, t1 = 0;
        for (var i = first; i < data.Length && data[i].X <= place + (4 * bandwidth); i++)
        {
            var distance = (data[i].X - place) / bandwidth;
            var weight = Math.Exp(-0.5 * distance * distance);
            s0 += weight;
            s1 += weight * distance;
            s2 += weight * distance * distance;
            t0 += weight * data[i].Y;
            t1 += weight * distance * data[i].Y;
        }

        if (s0 == 0)
        {
            return double.NaN;
        }

        var determinant = (s0 * s2) - (s1 * s1);
        return determinant > 1e-9 * s0 * s0 ? ((s2 * t0) - (s1 * t1)) / determinant : t0 / s0;
    }
}
