namespace Praline.Evaluation;

/// <summary>
/// Differences between two methods measured on the same clusters: both sides are drawn together, so that what makes a video hard for
/// both cancels (Koehn 2004, "Statistical significance tests for machine translation evaluation").
/// </summary>
public static class PairedBootstrap
{
    /// <summary>The difference of one statistic; see <see cref="Differences"/>.</summary>
    public static PairedDifference Difference(
        ClusterTotals first, ClusterTotals second, TotalsStatistic statistic, BootstrapOptions? options = null) =>
        Differences(first, second, options, statistic)[0];

    /// <summary>Statistic of <paramref name="first"/> minus statistic of <paramref name="second"/>, for several statistics.</summary>
    /// <param name="first">One method's clusters.</param>
    /// <param name="second">The other method's: the same cluster names and columns.</param>
    /// <param name="options">Draws, confidence, seed. Intervals are percentile ones.</param>
    /// <param name="statistics">Each a function of one method's totals.</param>
    /// <returns>
    /// One difference per statistic. The p-value is 2·min(P(d ≤ 0), P(d ≥ 0)) over the draws, the draws themselves counted as one more on
    /// either side, so that it is never 0.
    /// </returns>
    /// <exception cref="PralineException">The methods were not measured on the same clusters.</exception>
    public static IReadOnlyList<PairedDifference> Differences(
        ClusterTotals first, ClusterTotals second, BootstrapOptions? options, params IReadOnlyList<TotalsStatistic> statistics)
    {
        options ??= new();
        options.Validate();
        var columns = first.Columns;
        var both = Join(first, second);
        TotalsStatistic[] differences =
            [.. statistics.Select<TotalsStatistic, TotalsStatistic>(s => t => s(t[..columns]) - s(t[columns..]))];
        var matrix = both.ToMatrix();
        var values = differences.Select(d => d(Bootstrap.Sum(matrix, both.Columns))).ToArray();
        if (both.Count < 2)
        {
            return [.. values.Select(v => new PairedDifference(new(v, double.NaN, double.NaN), double.NaN))];
        }

        var draws = Bootstrap.Draw(matrix, both.Columns, options, differences);
        return [.. values.Select((value, i) => new PairedDifference(Bootstrap.Percentile(value, draws[i], options), PValue(draws[i])))];
    }

    private static double PValue(double[] draws)
    {
        var defined = draws.Count(d => !double.IsNaN(d));
        if (defined * 2 <= draws.Length)
        {
            return double.NaN;
        }

        var atMostZero = draws.Count(d => d <= 0);
        var atLeastZero = draws.Count(d => d >= 0);
        return Math.Min(1, 2 * (Math.Min(atMostZero, atLeastZero) + 1.0) / (defined + 1.0));
    }

    private static ClusterTotals Join(ClusterTotals first, ClusterTotals second)
    {
        if (first.Columns != second.Columns)
        {
            throw new ArgumentException($"Expected {first.Columns} columns, found {second.Columns}.", nameof(second));
        }

        var odd = first.Names.FirstOrDefault(n => !second.Contains(n)) ?? second.Names.FirstOrDefault(n => !first.Contains(n));
        if (odd is not null)
        {
            throw new PralineException(
                $"A paired comparison needs both methods on the same items, but '{odd}' has results of one only. Evaluate both on the same set.");
        }

        var joined = new ClusterTotals(first.Columns * 2);
        foreach (var name in first.Names)
        {
            joined.Add(name, [.. first.Of(name), .. second.Of(name)]);
        }

        return joined;
    }
}
