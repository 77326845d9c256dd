namespace Praline.Evaluation;

/// <summary>How a quantity went over a training: its mean over the first and over the last tenth of the steps.</summary>
/// <param name="First">At the beginning; NaN if it was not logged.</param>
/// <param name="Last">At the end; NaN if it was not logged.</param>
public readonly record struct Change(double First, double Last)
{
    /// <summary>Last minus first.</summary>
    public double Difference => Last - First;

    /// <summary>The change of a series of points in ascending order; values that are not finite are left out.</summary>
    public static Change Of(IReadOnlyList<(double X, double Y)> points)
    {
        double[] values = [.. points.Select(p => p.Y).Where(double.IsFinite)];
        if (values.Length == 0)
        {
            return new(double.NaN, double.NaN);
        }

        var tenth = Math.Max(1, values.Length / 10);
        return new(values.Take(tenth).Average(), values.TakeLast(tenth).Average());
    }
}
