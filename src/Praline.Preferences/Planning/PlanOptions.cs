using Praline.Media;

namespace Praline.Preferences;

/// <summary>What a plan assumes. Only the first group decides what will be done; the rest are guesses about lengths.</summary>
public sealed record PlanOptions
{
    /// <summary>How videos are cut.</summary>
    public ClipOptions Clips { get; init; } = new();

    /// <summary>How many captions of each video.</summary>
    public int Candidates { get; init; } = 10;

    /// <summary>Frames of a clip.</summary>
    public FrameSampling ClipSampling { get; init; } = FrameSampling.ForClips;

    /// <summary>Frames of a video.</summary>
    public FrameSampling VideoSampling { get; init; } = FrameSampling.ForVideos;

    /// <summary>What is asked.</summary>
    public PromptSet Prompts { get; init; } = PromptSet.Default;

    /// <summary>Whether a judge is paid by tokens; the offline judge is not asked anything.</summary>
    public bool JudgeIsPaid { get; init; } = true;

    /// <summary>Visual tokens of one frame.</summary>
    public int TokensPerFrame { get; init; } = 73;

    /// <summary>Tokens of a caption, on average.</summary>
    public int CaptionTokens { get; init; } = 150;

    /// <summary>Tokens of a judge's reasons, on average.</summary>
    public int ReasonTokens { get; init; } = 100;

    /// <summary>Price of a million tokens of questions, in any currency; null when it is not known.</summary>
    public decimal? PricePerMillionPrompt { get; init; }

    /// <summary>Price of a million tokens of answers.</summary>
    public decimal? PricePerMillionAnswer { get; init; }
}
