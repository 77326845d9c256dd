namespace Praline.Models.Generation;

/// <summary>One generated sequence.</summary>
/// <param name="TokenIds">The new tokens, the prompt not among them; with the end token, if one came.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="LogProbabilities">
/// On request: log π of each token under the model's own distribution, before temperature, penalty, contrast and filters.
/// </param>
public sealed record GenerationResult(int[] TokenIds, FinishReason Reason, float[]? LogProbabilities)
{
    /// <summary>The tokens without the end token.</summary>
    public ReadOnlySpan<int> ContentIds => Reason == FinishReason.EndToken ? TokenIds.AsSpan(0, TokenIds.Length - 1) : TokenIds;
}

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>An end token came; it is the last of the tokens.</summary>
    EndToken,

    /// <summary>A stop string came; the tokens that complete it are the last.</summary>
    StopString,

    /// <summary>As many tokens as were allowed.</summary>
    MaxTokens,
}
