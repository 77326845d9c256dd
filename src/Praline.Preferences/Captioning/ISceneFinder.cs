using Praline.Media;

namespace Praline.Preferences;

/// <summary>Finds where scenes of a video begin.</summary>
public interface ISceneFinder
{
    /// <summary>The cuts of the whole video, in order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threshold">See <see cref="SceneCuts.Find"/>.</param>
    /// <param name="minFrames">The shortest scene.</param>
    /// <exception cref="MediaException">It can't be decoded.</exception>
    IReadOnlyList<SceneCut> Find(string path, double threshold, int minFrames);
}
