namespace Praline.Preferences;

/// <summary>The pairs of one video, or why there is none.</summary>
/// <param name="Pairs">(chosen, rejected) candidate numbers; empty when there is no pair.</param>
/// <param name="Reason">Why there is no pair; null when there is one.</param>
public sealed record PairSelection(IReadOnlyList<(int Chosen, int Rejected)> Pairs, string? Reason)
{
    /// <summary>No pair.</summary>
    public static PairSelection None(string reason) => new([], reason);
}
