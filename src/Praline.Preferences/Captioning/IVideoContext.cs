namespace Praline.Preferences;

/// <summary>The encoded frames of one video or clip, ready to be asked about. Made and understood by one <see cref="ICaptionModel"/>.</summary>
public interface IVideoContext : IDisposable
{
    /// <summary>The whole video's length in seconds.</summary>
    double Duration { get; }
}
