namespace Praline.Evaluation;

/// <summary>A reference line at a value of an axis: a threshold, zero, a mean.</summary>
/// <param name="Value">Where, in the axis' units.</param>
/// <param name="Label">What it is; may be empty.</param>
public sealed record PlotRule(double Value, string Label = "");
