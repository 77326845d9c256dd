namespace Praline.Preferences;

/// <summary>How far a stage is.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Done">Items finished, whether used or rejected, those of earlier starts included.</param>
/// <param name="Total">All items.</param>
/// <param name="Reused">Items that an earlier start had finished.</param>
/// <param name="Rejected">Items rejected so far.</param>
public readonly record struct StageProgress(string Stage, int Done, int Total, int Reused, int Rejected);
