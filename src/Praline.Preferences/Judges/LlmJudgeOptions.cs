namespace Praline.Preferences;

/// <summary>How a chat model is asked to judge.</summary>
public sealed record LlmJudgeOptions
{
    /// <summary>How often one judgement is asked for when the answer can't be read: 1 is never again.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The longest answer with reasons, in tokens. The paper's is 1024.</summary>
    public int MaxTokens { get; init; } = 1024;

    /// <summary>The longest answer without reasons, in tokens. The paper's is 64.</summary>
    public int MaxTokensShort { get; init; } = 64;

    /// <summary>The longest answer of all: up to here the limit grows fourfold each time an answer was cut off (models that think first).</summary>
    public int MaxTokensCutOff { get; init; } = 16384;

    /// <summary>How many frames of the video the judge is shown; 0 for none.</summary>
    public int Frames { get; init; }
}
