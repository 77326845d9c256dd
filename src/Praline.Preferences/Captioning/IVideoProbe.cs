namespace Praline.Preferences;

/// <summary>Tells how long a video is, without decoding it where the file says so.</summary>
public interface IVideoProbe
{
    /// <summary>Looks at a file.</summary>
    /// <exception cref="PralineException">It can't be opened, or has no video.</exception>
    VideoFacts Probe(string path);
}
