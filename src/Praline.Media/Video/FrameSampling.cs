namespace Praline.Media;

/// <summary>
/// How many frames of a video or clip a model sees. As in SynPO's loaders: <c>sampled_frm</c> if set, else
/// <c>floor(duration · fps_frm)</c> held between <c>min_frm</c> and <c>max_frm</c> and to the number of frames; the frames are then
/// <c>linspace(first, last, n)</c> cut to integers.
/// </summary>
public sealed record FrameSampling
{
    /// <summary>Fewest frames (<c>min_frm</c>).</summary>
    public int MinFrames { get; init; } = 8;

    /// <summary>Most frames (<c>max_frm</c>).</summary>
    public int MaxFrames { get; init; } = 16;

    /// <summary>Frames per second of the whole video's length (<c>fps_frm</c>).</summary>
    public double FramesPerSecond { get; init; } = 0.5;

    /// <summary>A fixed number of frames (<c>sampled_frm</c>), or null to go by the length.</summary>
    public int? SampledFrames { get; init; }

    /// <summary>The defaults for clips: 8 frames each.</summary>
    public static FrameSampling ForClips { get; } = new() { SampledFrames = 8 };

    /// <summary>The defaults for whole videos: by length.</summary>
    public static FrameSampling ForVideos { get; } = new();

    /// <summary>Validates ranges.</summary>
    /// <exception cref="PralineException">Says which value, and what it must be.</exception>
    public void Validate()
    {
        if (MinFrames < 1 || MaxFrames < MinFrames)
        {
            throw new PralineException($"min_frm must be at least 1 and max_frm at least min_frm; found {MinFrames} and {MaxFrames}.");
        }

        if (!(FramesPerSecond > 0) || SampledFrames is < 1)
        {
            throw new PralineException($"fps_frm must be above 0 and sampled_frm at least 1; found {FramesPerSecond} and {SampledFrames}.");
        }
    }

    /// <summary>The frames to look at, in ascending order.</summary>
    /// <param name="video">The video.</param>
    /// <param name="range">First and last frame of a clip, both inclusive; null for the whole video.</param>
    public int[] Choose(VideoInfo video, (int First, int Last)? range = null) =>
        FrameSampler.Choose(video, MinFrames, MaxFrames, FramesPerSecond, SampledFrames, range);
}
