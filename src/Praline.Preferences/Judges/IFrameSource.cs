using Praline.Data;
namespace Praline.Preferences;

/// <summary>Gives frames of a video as image files, for judges that look at them.</summary>
public interface IFrameSource
{
    /// <summary>Frames spread evenly over the video, or over a stretch of it.</summary>
    /// <param name="path">The video's file.</param>
    /// <param name="range">The stretch; null for the whole video.</param>
    /// <param name="count">How many frames, fewer where there are not as many.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PralineException">The video can't be opened.</exception>
    Task<IReadOnlyList<ChatImage>> FramesAsync(string path, FrameRange? range, int count, CancellationToken cancellation);
}
