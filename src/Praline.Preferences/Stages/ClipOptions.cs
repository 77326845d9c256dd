namespace Praline.Preferences;

/// <summary>How videos are cut into clips.</summary>
public sealed record ClipOptions
{
    /// <summary>One clip for each full stretch of this many seconds, and one more. The paper's is 10.</summary>
    public double SecondsPerClip { get; init; } = 10;

    /// <summary>Fewest clips of a video. The paper's is 2.</summary>
    public int MinClips { get; init; } = 2;

    /// <summary>Most clips of a video. The paper's is 16.</summary>
    public int MaxClips { get; init; } = 16;

    /// <summary>How many clips a video of this length gives: min(MaxClips, max(MinClips, floor(duration / SecondsPerClip) + 1)).</summary>
    /// <param name="duration">The length in seconds.</param>
    public int CountFor(double duration) =>
        (int)Math.Min(MaxClips, Math.Max(MinClips, Math.Floor(duration / SecondsPerClip) + 1));

    /// <summary>
    /// Cuts a video into <paramref name="clips"/> equal ranges as <c>generate_caption1.py</c> does: each is <c>frames / clips</c> (rounded down)
    /// long and ends where the next begins; the last ends at the last frame and takes the rest.
    /// </summary>
    /// <param name="frames">How many frames the video has, at least 1.</param>
    /// <param name="clips">How many ranges, at least 1.</param>
    public static IReadOnlyList<FrameRange> EqualRanges(int frames, int clips)
    {
        var length = frames / clips;
        return [.. Enumerable.Range(0, clips).Select(j => new FrameRange(j * length, j < clips - 1 ? (j + 1) * length : frames - 1))];
    }

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="PralineException">Says which value, and what it must be.</exception>
    public void Validate()
    {
        if (!(SecondsPerClip > 0) || MinClips < 1 || MaxClips < MinClips)
        {
            throw new PralineException(
                "seconds per clip must be above 0, the fewest clips at least 1, the most at least the fewest; " +
                $"found {SecondsPerClip}, {MinClips}, {MaxClips}.");
        }
    }
}
