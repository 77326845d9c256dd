namespace Praline.Preferences.Tests;

/// <summary>Probes <see cref="FactVideo"/>s.</summary>
internal sealed class FactProbe : IVideoProbe
{
    public VideoFacts Probe(string path)
    {
        var video = FactVideo.Load(path);
        return new VideoFacts(video.Frames, video.Seconds);
    }
}
