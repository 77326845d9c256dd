namespace Praline.Evaluation;

/// <summary>One category of an <see cref="IntervalPanel"/>.</summary>
/// <param name="Label">The category.</param>
/// <param name="Values">One estimate per series, in the panel's order; an undefined one leaves its place empty.</param>
public sealed record IntervalRow(string Label, IReadOnlyList<Estimate> Values);
