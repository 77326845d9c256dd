namespace Praline.Evaluation;

/// <summary>A cloud of points.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">The points.</param>
/// <param name="Style">Its colour.</param>
/// <param name="Trend">Whether a smoothed line is drawn through it.</param>
public sealed record ScatterSeries(string Name, IReadOnlyList<(double X, double Y)> Points, SeriesStyle Style, bool Trend = true);
