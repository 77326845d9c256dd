namespace Praline.Preferences;

/// <summary>How far several judges agree.</summary>
public static class Agreement
{
    /// <summary>
    /// Krippendorff's α with squared differences (interval data): 1 for perfect agreement, 0 for what chance gives, below 0 for
    /// worse. K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
    /// </summary>
    /// <param name="units">For each thing judged, what each judge said; null where one said nothing.</param>
    /// <returns>α, or null where it can't be told: no thing with two values, or no variation at all.</returns>
    public static double? Alpha(IEnumerable<IReadOnlyList<double?>> units) => Alpha(units, (a, b) => (a - b) * (a - b));

    /// <summary>The same for names instead of amounts: values agree or they don't.</summary>
    public static double? NominalAlpha(IEnumerable<IReadOnlyList<double?>> units) => Alpha(units, (a, b) => a == b ? 0 : 1);

    private static double? Alpha(IEnumerable<IReadOnlyList<double?>> units, Func<double, double, double> difference)
    {
        var paired = units.Select(u => u.OfType<double>().ToArray()).Where(u => u.Length >= 2).ToList();
        var all = paired.SelectMany(u => u).GroupBy(v => v).Select(g => (Value: g.Key, Count: (double)g.Count())).ToList();
        var n = all.Sum(v => v.Count);
        var expected = all.Sum(a => all.Sum(b => a.Count * b.Count * difference(a.Value, b.Value)));
        if (n < 2 || expected == 0)
        {
            return null;
        }

        // Disagreement within things, each pair of values weighted by 1 / (values of the thing − 1), over disagreement among all values.
        var observed = paired.Sum(u => u.Sum(a => u.Sum(b => difference(a, b))) / (u.Length - 1));
        return 1 - (n - 1) * observed / expected;
    }
}
