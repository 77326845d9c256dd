namespace Praline.Preferences;

/// <summary>A score that is missing.</summary>
/// <param name="Scores">Which list: <c>hallu_scores</c>, <c>harmo_scores</c> or <c>consi_scores</c>.</param>
/// <param name="Candidate">Which candidate, from 0.</param>
/// <param name="Reason">Why.</param>
public sealed record UnscoredEntry(string Scores, int Candidate, string Reason);
