namespace Praline.Training.Data;

/// <summary>How frames of a video are chosen; names and defaults are SynPO's.</summary>
public sealed record FrameOptions
{
    /// <summary>At most so many frames.</summary>
    public int MaxFrm { get; init; } = 16;

    /// <summary>At least so many frames.</summary>
    public int MinFrm { get; init; } = 8;

    /// <summary>Frames per second of video.</summary>
    public double FpsFrm { get; init; } = 0.5;

    /// <summary>Exactly so many frames instead.</summary>
    public int? SampledFrm { get; init; }
}
