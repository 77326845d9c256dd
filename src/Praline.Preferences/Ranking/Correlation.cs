namespace Praline.Preferences;

/// <summary>Correlation of two lists of numbers.</summary>
public static class Correlation
{
    /// <summary>Pearson's r; null where one list does not vary or there are fewer than two values.</summary>
    public static double? Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count < 2)
        {
            return null;
        }

        var (meanX, meanY) = (x.Average(), y.Average());
        var (xx, yy, xy) = (0.0, 0.0, 0.0);
        foreach (var (a, b) in x.Zip(y))
        {
            xx += (a - meanX) * (a - meanX);
            yy += (b - meanY) * (b - meanY);
            xy += (a - meanX) * (b - meanY);
        }

        return xx == 0 || yy == 0 ? null : xy / Math.Sqrt(xx * yy);
    }

    /// <summary>Spearman's ρ: Pearson's r of the ranks, where equal values share the mean of their ranks.</summary>
    public static double? Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) => Pearson(Ranks(x), Ranks(y));

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Count];
        for (var from = 0; from < order.Length;)
        {
            var to = from;
            while (to + 1 < order.Length && values[order[to + 1]] == values[order[from]])
            {
                to++;
            }

            for (var k = from; k <= to; k++)
            {
                ranks[order[k]] = (from + to) / 2.0 + 1;
            }

            from = to + 1;
        }

        return ranks;
    }
}
