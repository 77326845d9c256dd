namespace Praline.Preferences;

/// <summary>Where videos are cut.</summary>
public enum ClipMode
{
    /// <summary>Into ranges of equal length, more for longer videos: the paper's.</summary>
    Equal,

    /// <summary>Every so many seconds.</summary>
    Fixed,

    /// <summary>Where the picture changes at once. All frames are decoded for it.</summary>
    Scenes,
}
