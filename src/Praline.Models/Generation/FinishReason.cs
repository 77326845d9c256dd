namespace Praline.Models.Generation;

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
