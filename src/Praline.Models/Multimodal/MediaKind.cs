namespace Praline.Models.Multimodal;

/// <summary>What visual tokens stand for.</summary>
public enum MediaKind
{
    /// <summary>Images, each for itself.</summary>
    Images,

    /// <summary>The frames of a video, in order.</summary>
    Video,
}
