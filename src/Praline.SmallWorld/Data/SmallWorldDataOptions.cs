namespace Praline.SmallWorld;

/// <summary>What a data set is made of. The defaults are those that the shipped base was trained on.</summary>
public sealed record SmallWorldDataOptions
{
    /// <summary>The scenes.</summary>
    public SceneOptions Scenes { get; init; } = new();

    /// <summary>The annotators' rates of omissions and mistakes.</summary>
    public AnnotatorOptions Annotators { get; init; } = new();

    /// <summary>Length of a clip in seconds, as <see cref="ClipRule"/> takes it.</summary>
    public double ClipSeconds { get; init; } = 10;

    /// <summary>Who writes the captions of whole videos. Clips are always captioned with care.</summary>
    public StyleShares FullStyles { get; init; } = new(0.2, 0.1, 0.7);

    /// <summary>Who wrote the drafts of whole videos that are to be improved.</summary>
    public StyleShares DraftStyles { get; init; } = new(0.2, 0.1, 0.7);

    /// <summary>Who improves them: mostly somebody careful. A careful draft is kept as it is.</summary>
    public StyleShares RetrospectiveStyles { get; init; } = new(0.45, 0.1, 0.45);

    /// <summary>The share of clip drafts that are right already, so that the answer is the draft.</summary>
    public double RightClipDraftShare { get; init; } = 0.4;

    /// <summary>Captions of the whole video per scene.</summary>
    public int FullRows { get; init; } = 1;

    /// <summary>Clips captioned per scene (fewer where it has fewer).</summary>
    public int ClipRows { get; init; } = 2;

    /// <summary>Clips per scene whose things are followed from frame to frame: what seeing motion is learned from.</summary>
    public int TrackRows { get; init; } = 2;

    /// <summary>Improved drafts of the whole video per scene.</summary>
    public int RetrospectiveRows { get; init; } = 1;

    /// <summary>Improved drafts of clips per scene.</summary>
    public int RetrospectiveClipRows { get; init; } = 1;
}
