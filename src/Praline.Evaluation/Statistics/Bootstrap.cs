namespace Praline.Evaluation;

/// <summary>
/// Bootstrap confidence intervals of statistics of column totals, clusters drawn with replacement (Efron and Tibshirani, An Introduction
/// to the Bootstrap, 1993: percentile §13.3, BCa §14.3). Quantiles interpolate linearly (type 7, as NumPy's default).
/// </summary>
public static class Bootstrap
{
    /// <summary>One statistic with its interval; see <see cref="Intervals"/>.</summary>
    public static Estimate Interval(ClusterTotals data, TotalsStatistic statistic, BootstrapOptions? options = null) =>
        Intervals(data, options, statistic)[0];

    /// <summary>Several statistics with their intervals, all from the same draws.</summary>
    /// <param name="data">The clusters.</param>
    /// <param name="options">Draws, confidence, seed, method.</param>
    /// <param name="statistics">Each a function of the totals of all columns.</param>
    /// <returns>
    /// One estimate per statistic. With fewer than two clusters there is a value but no interval. Draws for which a statistic is undefined
    /// are left out of its interval; if they are half or more, there is none.
    /// </returns>
    public static IReadOnlyList<Estimate> Intervals(
        ClusterTotals data, BootstrapOptions? options, params IReadOnlyList<TotalsStatistic> statistics)
    {
        options ??= new();
        options.Validate();
        var matrix = data.ToMatrix();
        var values = statistics.Select(s => s(Sum(matrix, data.Columns))).ToArray();
        if (data.Count < 2)
        {
            return [.. values.Select(v => new Estimate(v, double.NaN, double.NaN))];
        }

        var draws = Draw(matrix, data.Columns, options, statistics);
        return [.. values.Select((value, i) => options.Method == BootstrapMethod.Percentile
            ? Percentile(value, draws[i], options)
            : Bca(value, draws[i], Jackknife(matrix, data.Columns, statistics[i]), options))];
    }

    /// <summary>The statistics of each resample, [statistics][resamples], in the order drawn.</summary>
    internal static double[][] Draw(
        double[] matrix, int columns, BootstrapOptions options, IReadOnlyList<TotalsStatistic> statistics)
    {
        var clusters = matrix.Length / columns;
        var random = new SplitMix64(options.Seed);
        var totals = new double[columns];
        var draws = statistics.Select(_ => new double[options.Resamples]).ToArray();
        for (var resample = 0; resample < options.Resamples; resample++)
        {
            Array.Clear(totals);
            for (var i = 0; i < clusters; i++)
            {
                var row = random.Below(clusters) * columns;
                for (var column = 0; column < columns; column++)
                {
                    totals[column] += matrix[row + column];
                }
            }

            for (var s = 0; s < statistics.Count; s++)
            {
                draws[s][resample] = statistics[s](totals);
            }
        }

        return draws;
    }

    /// <summary>The percentile interval around a value.</summary>
    internal static Estimate Percentile(double value, double[] draws, BootstrapOptions options)
    {
        var sorted = Defined(draws);
        if (sorted.Length * 2 <= draws.Length)
        {
            return new(value, double.NaN, double.NaN);
        }

        var tail = (1 - options.Confidence) / 2;
        return new(value, Quantile(sorted, tail), Quantile(sorted, 1 - tail));
    }

    /// <summary>The q-quantile of sorted values, linearly interpolated between order statistics.</summary>
    internal static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        var position = q * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    private static Estimate Bca(double value, double[] draws, double[] jackknife, BootstrapOptions options)
    {
        var sorted = Defined(draws);
        if (sorted.Length * 2 <= draws.Length)
        {
            return new(value, double.NaN, double.NaN);
        }

        // z0: median bias. Ties count half, as discrete statistics hit the value itself often.
        var below = sorted.Count(d => d < value) + (0.5 * sorted.Count(d => d == value));
        var bias = NormalDistribution.Quantile(below / sorted.Length);

        // a: acceleration, from how much leaving out each cluster moves the statistic.
        var mean = jackknife.Average();
        double squares = 0, cubes = 0;
        foreach (var left in jackknife)
        {
            squares += (mean - left) * (mean - left);
            cubes += (mean - left) * (mean - left) * (mean - left);
        }

        var acceleration = squares > 0 ? cubes / (6 * Math.Pow(squares, 1.5)) : 0;
        if (!double.IsFinite(bias) || !double.IsFinite(acceleration))
        {
            return Percentile(value, draws, options);
        }

        double Level(double tail)
        {
            var z = bias + NormalDistribution.Quantile(tail);
            return NormalDistribution.Cumulative(bias + (z / (1 - (acceleration * z))));
        }

        var alpha = (1 - options.Confidence) / 2;
        return new(value, Quantile(sorted, Level(alpha)), Quantile(sorted, Level(1 - alpha)));
    }

    private static double[] Jackknife(double[] matrix, int columns, TotalsStatistic statistic)
    {
        var all = Sum(matrix, columns);
        var left = new double[columns];
        var values = new double[matrix.Length / columns];
        for (var row = 0; row < values.Length; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                left[column] = all[column] - matrix[(row * columns) + column];
            }

            values[row] = statistic(left);
        }

        return values;
    }

    /// <summary>The totals of all clusters.</summary>
    internal static double[] Sum(double[] matrix, int columns)
    {
        var totals = new double[columns];
        for (var i = 0; i < matrix.Length; i++)
        {
            totals[i % columns] += matrix[i];
        }

        return totals;
    }

    private static double[] Defined(double[] draws)
    {
        double[] sorted = [.. draws.Where(d => !double.IsNaN(d))];
        Array.Sort(sorted);
        return sorted;
    }
}
