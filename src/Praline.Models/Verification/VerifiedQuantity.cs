namespace Praline.Models.Verification;

/// <summary>One tensor of <c>expected.safetensors</c> and what became of it.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="LargestDifference">The largest |actual − expected| where it counts; null when it was not compared.</param>
/// <param name="Tolerance">What was allowed, such as <c>1e-04 + 1e-04·|x|</c>, or <c>exact</c>.</param>
/// <param name="Holds">Whether the difference is within the tolerance; for what was not compared, false.</param>
/// <param name="Note">Why it was not compared, or what else is to be said.</param>
public sealed record VerifiedQuantity(string Name, double? LargestDifference, string Tolerance, bool Holds, string? Note = null);
