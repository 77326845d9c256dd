namespace Praline.SmallWorld;

/// <summary>The clips of SynPO's first step: min(16, max(2, ⌊seconds / clip seconds⌋ + 1)) equal ranges of frames.</summary>
public static class ClipRule
{
    /// <summary>
    /// The frame ranges. As in the published code a range ends where the next begins, both frames included, and the last ends with
    /// the video's last frame.
    /// </summary>
    public static IReadOnlyList<(int Start, int End)> Clips(int frames, double seconds, double clipSeconds = 10)
    {
        var count = Math.Min(16, Math.Max(2, (int)Math.Floor(seconds / clipSeconds) + 1));
        var length = frames / count;
        return [.. Enumerable.Range(0, count).Select(i => (i * length, i < count - 1 ? (i + 1) * length : frames - 1))];
    }
}
