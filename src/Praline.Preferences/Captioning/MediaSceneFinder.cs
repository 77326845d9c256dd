using Praline.Media;

namespace Praline.Preferences;

/// <summary>Finds cuts by decoding all frames through FFmpeg's libraries.</summary>
public sealed class MediaSceneFinder : ISceneFinder
{
    /// <inheritdoc/>
    public IReadOnlyList<SceneCut> Find(string path, double threshold, int minFrames)
    {
        using var file = VideoFile.Open(path);
        return SceneCuts.Find(file.ReadAllFrames(), threshold, minFrames);
    }
}
