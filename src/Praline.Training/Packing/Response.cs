namespace Praline.Training.Packing;

/// <summary>A response's tokens as they are trained on, the end token last.</summary>
/// <param name="Ids">Token ids; at least one.</param>
/// <param name="Counted">Which of them are learnt; null for all. (Multi-turn answers have the user's turns in between.)</param>
public sealed record Response(IReadOnlyList<int> Ids, IReadOnlyList<bool>? Counted = null)
{
    /// <summary>Tokens that are learnt.</summary>
    public int CountedTokens { get; } = Counted?.Count(c => c) ?? Ids.Count;
}
