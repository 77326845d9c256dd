namespace Praline.Evaluation;

/// <summary>A number that should be seen first.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">The number.</param>
/// <param name="Detail">A smaller line under it: an interval, a comparison.</param>
public sealed record ReportTile(string Name, string Value, string Detail = "");
