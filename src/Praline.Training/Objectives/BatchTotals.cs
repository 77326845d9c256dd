namespace Praline.Training.Objectives;

/// <summary>
/// Sizes of the whole optimizer batch that a micro-batch is a part of. Means over tokens or pairs divide by these, so that eight
/// micro-batches of one give the same gradient as one of eight.
/// </summary>
/// <param name="Pairs">Pairs (or rated responses) in the batch.</param>
/// <param name="ChosenTokens">Tokens of all chosen responses in the batch.</param>
public sealed record BatchTotals(double Pairs, double ChosenTokens);
