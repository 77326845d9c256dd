namespace Praline.Preferences;

/// <summary>What the clips stage needs to know of a video.</summary>
/// <param name="Frames">How many frames it has.</param>
/// <param name="Duration">Its length in seconds.</param>
public sealed record VideoFacts(int Frames, double Duration);
