namespace Praline.Evaluation;

/// <summary>Values whose distribution is shown.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Values">The values; those not finite are left out.</param>
/// <param name="Style">Its colour and dash.</param>
public sealed record HistogramSeries(string Name, IReadOnlyList<double> Values, SeriesStyle Style);
