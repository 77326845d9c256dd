namespace Praline.Evaluation;

/// <summary>One curve: what was measured, faint, and a smoothed line over it.</summary>
public sealed record LineSeries
{
    /// <summary>Its name in the legend.</summary>
    public required string Name { get; init; }

    /// <summary>Its colour and dash.</summary>
    public SeriesStyle Style { get; init; }

    /// <summary>
    /// The measurements: one trace, or several (training seeds) that are drawn each on its own and smoothed together. X ascending.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<(double X, double Y)>> Traces { get; init; }

    /// <summary>
    /// The smoothing's bandwidth as a share of the x range (see <see cref="Smoothing.LocalLinear"/>); 0 draws the measurements themselves as
    /// the line.
    /// </summary>
    public double Smooth { get; init; } = 0.025;
}
