namespace Praline.Evaluation;

/// <summary>Scores and lengths of a preference pair.</summary>
/// <param name="ChosenScore">Total score of the chosen response.</param>
/// <param name="RejectedScore">Total score of the rejected response.</param>
/// <param name="ChosenWords">Length of the chosen response in words.</param>
/// <param name="RejectedWords">Length of the rejected response in words.</param>
public sealed record PairScore(double ChosenScore, double RejectedScore, int ChosenWords, int RejectedWords);
