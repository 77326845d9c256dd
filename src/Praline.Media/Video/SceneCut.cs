namespace Praline.Media;

/// <summary>Where a new scene begins.</summary>
/// <param name="Frame">Its first frame.</param>
/// <param name="Score">How much that frame differs from the one before, 0 to 255 (see <see cref="SceneCuts"/>).</param>
public readonly record struct SceneCut(int Frame, double Score);
