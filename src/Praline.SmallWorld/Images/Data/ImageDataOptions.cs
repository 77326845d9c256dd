namespace Praline.SmallWorld;

/// <summary>What an image data set is made of.</summary>
public sealed record ImageDataOptions
{
    /// <summary>The images.</summary>
    public ImageSceneOptions Scenes { get; init; } = new();

    /// <summary>Plain questions per image.</summary>
    public int PlainRows { get; init; } = 3;

    /// <summary>Questions that call for engagement, asked without criteria, per image.</summary>
    public int EngagingRows { get; init; } = 1;

    /// <summary>The share of those (of tier II) that are answered half-way. The others are answered as they are asked.</summary>
    public double HedgedShare { get; init; } = 0.1;

    /// <summary>Questions asked with criteria per image; each gives two rows, for the preferred and the rejected side.</summary>
    public int CriteriaRows { get; init; } = 1;

    /// <summary>The share of images that are described: the longest answers.</summary>
    public double DescriptionShare { get; init; } = 0.25;

    /// <summary>The share of images about which a question is asked for, when the guides have a prompt for that: the longest prompts.</summary>
    public double WriteQuestionShare { get; init; } = 0.25;
}
