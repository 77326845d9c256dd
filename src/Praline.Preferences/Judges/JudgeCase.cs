using Praline.Data;
namespace Praline.Preferences;

/// <summary>What a judge is shown: the candidates of one video and what is known about it.</summary>
public sealed record JudgeCase
{
    /// <summary>The video's name.</summary>
    public required string VideoName { get; init; }

    /// <summary>The video's file, for judges that look at frames; null when it is not known.</summary>
    public string? VideoPath { get; init; }

    /// <summary>The frames that the captions are about; null for the whole video.</summary>
    public FrameRange? Range { get; init; }

    /// <summary>What the captioner was asked.</summary>
    public required string Question { get; init; }

    /// <summary>The captions of the video's clips, in order.</summary>
    public required IReadOnlyList<string> ClipCaptions { get; init; }

    /// <summary>The captions to judge.</summary>
    public required IReadOnlyList<string> Candidates { get; init; }
}
