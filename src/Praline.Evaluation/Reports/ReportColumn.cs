namespace Praline.Evaluation;

/// <summary>A column of a <see cref="ReportTable"/>.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Hint">What it means, shown when the heading is pointed at.</param>
public sealed record ReportColumn(string Name, string Hint = "");
