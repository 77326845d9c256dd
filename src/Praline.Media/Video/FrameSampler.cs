namespace Praline.Media;

/// <summary>Which frames of a video a model sees, as SynPO's and AuroraCap's loaders choose them.</summary>
public static class FrameSampler
{
    /// <summary><c>numpy.linspace(first, last, count, dtype=int)</c>: evenly spaced from first to last inclusive, rounded down.</summary>
    /// <param name="first">The first value.</param>
    /// <param name="last">The last value; may be below the first.</param>
    /// <param name="count">How many; 0 gives none, 1 only the first.</param>
    public static int[] Linspace(int first, int last, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var values = new int[count];
        // The order of operations is NumPy's, as the last bit of each product decides what it rounds down to.
        var delta = (double)last - first;
        var step = delta / (count - 1);
        for (var i = 0; i < count; i++)
        {
            var offset = count == 1 ? i * delta : step != 0 ? i * step : (double)i / (count - 1) * delta;
            values[i] = (int)Math.Floor(offset + first);
        }

        if (count > 1)
        {
            values[^1] = last;
        }

        return values;
    }

    /// <summary>The frames to look at, for an opened video. See <see cref="Choose(int, double, int, int, double, int?, ValueTuple{int, int}?)"/>.</summary>
    public static int[] Choose(
        VideoInfo video,
        int minFrm = 8,
        int maxFrm = 16,
        double fpsFrm = 0.5,
        int? sampledFrm = null,
        (int Start, int End)? range = null)
    {
        ArgumentNullException.ThrowIfNull(video);
        return Choose(video.FrameCount, video.DurationSeconds, minFrm, maxFrm, fpsFrm, sampledFrm, range);
    }

    /// <summary>
    /// ⌊duration·fps_frm⌋ frames, at most <paramref name="maxFrm"/>, at least <paramref name="minFrm"/>, never more than the video has
    /// (in this order), evenly spaced over the whole video or over a range of its frames.
    /// </summary>
    /// <param name="totalFrames">The video's frames, at least 1.</param>
    /// <param name="duration">The video's length in seconds: the whole video's also when a range is given, as in the original.</param>
    /// <param name="minFrm">At least so many frames.</param>
    /// <param name="maxFrm">At most so many frames.</param>
    /// <param name="fpsFrm">Frames per second of video.</param>
    /// <param name="sampledFrm">Exactly so many frames instead; frames repeat where the video has fewer.</param>
    /// <param name="range">First and last frame index of a clip, both inclusive; an end past the video is moved to its last frame.</param>
    /// <returns>Frame indices in ascending order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count below 1, or a range outside the video.</exception>
    public static int[] Choose(
        int totalFrames,
        double duration,
        int minFrm = 8,
        int maxFrm = 16,
        double fpsFrm = 0.5,
        int? sampledFrm = null,
        (int Start, int End)? range = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(minFrm, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFrm, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampledFrm ?? 1, 1);
        var (start, end) = range ?? (0, totalFrames - 1);
        end = Math.Min(end, totalFrames - 1);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);

        var wanted = (int)Math.Clamp(duration * fpsFrm, 0, int.MaxValue);
        var count = sampledFrm ?? Math.Min(totalFrames, Math.Max(minFrm, Math.Min(maxFrm, wanted)));
        return Linspace(start, end, count);
    }
}
