namespace Praline.Preferences;

/// <summary>Gives frames of a video as image files, for judges that look at them.</summary>
public interface IFrameSource
{
    /// <summary>Frames spread evenly over the video.</summary>
    /// <exception cref="PralineException">The video can't be opened.</exception>
    Task<IReadOnlyList<ChatImage>> FramesAsync(string path, int count, CancellationToken cancellation);
}
