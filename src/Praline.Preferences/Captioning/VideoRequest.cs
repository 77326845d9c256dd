using Praline.Media;
using Praline.Data;
namespace Praline.Preferences;

/// <summary>Which frames of which video to encode.</summary>
/// <param name="Path">The file.</param>
/// <param name="Range">The clip; null for the whole video (frames 0 to last).</param>
/// <param name="Sampling">How many frames to choose from it.</param>
public sealed record VideoRequest(string Path, FrameRange? Range, FrameSampling Sampling);
