using Praline.Media;

namespace Praline.Preferences;

/// <summary>Looks at videos through FFmpeg's libraries.</summary>
public sealed class MediaVideoProbe : IVideoProbe
{
    /// <inheritdoc/>
    public VideoFacts Probe(string path)
    {
        using var file = VideoFile.Open(path);
        return new VideoFacts(file.Info.FrameCount, file.Info.DurationSeconds);
    }
}
