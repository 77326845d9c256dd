namespace Praline.Evaluation;

/// <summary>A line of a figure's legend.</summary>
/// <param name="Name">The series.</param>
/// <param name="Style">Its colour and dash.</param>
/// <param name="Swatch">Whether it is shown as a filled square instead of a line.</param>
internal sealed record LegendEntry(string Name, SeriesStyle Style, bool Swatch);
