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

    /// <summary>Descriptions per image.</summary>
    public int DescriptionRows { get; init; } = 1;

    /// <summary>Rows per image that ask for a question, when the prompts have one for that.</summary>
    public int WriteQuestionRows { get; init; } = 1;
}
