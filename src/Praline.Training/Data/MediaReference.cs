using Praline.Media;

namespace Praline.Training.Data;

/// <summary>What an example looks at: images, or a video or a range of its frames.</summary>
/// <param name="Paths">Absolute paths: the images in order, or the one video.</param>
/// <param name="IsVideo">Whether it is a video.</param>
/// <param name="Range">First and last frame of a clip, both included; null for the whole video.</param>
public sealed record MediaReference(IReadOnlyList<string> Paths, bool IsVideo, (int Start, int End)? Range = null)
{
    /// <summary>Names it: two examples with equal keys look at the same.</summary>
    public string Key => string.Join('|', Paths) + (Range is { } r ? FormattableString.Invariant($"#{r.Start}-{r.End}") : "");
}
