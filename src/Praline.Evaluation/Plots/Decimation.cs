namespace Praline.Evaluation;

/// <summary>Keeps figures of long trainings small without changing how they look.</summary>
internal static class Decimation
{
    /// <summary>
    /// Thins a polyline that has more than four points per pixel column to the first, lowest, highest and last of each column: what
    /// is drawn is the same, peaks included.
    /// </summary>
    public static IEnumerable<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points, int columns)
    {
        if (points.Count <= columns * 4)
        {
            return points;
        }

        return points
            .Select((p, i) => (Point: p, Column: (long)i * columns / points.Count))
            .GroupBy(p => p.Column, p => p.Point)
            .SelectMany(column =>
            {
                (double X, double Y)[] all = [.. column];
                int low = 0, high = 0;
                for (var i = 1; i < all.Length; i++)
                {
                    low = all[i].Y < all[low].Y ? i : low;
                    high = all[i].Y > all[high].Y ? i : high;
                }

                return new SortedSet<int> { 0, low, high, all.Length - 1 }.Select(i => all[i]);
            });
    }
}
