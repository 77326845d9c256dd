using Praline.Torch;

namespace Praline.Models.Checkpoints;

/// <summary>How a checkpoint is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>
    /// Convert parameters to this type; null keeps the file's, which on the CPU shares its pages without a copy. (Half precision becomes
    /// single precision on the CPU, which can't compute with it.)
    /// </summary>
    public DType? DType { get; init; }

    /// <summary>Where parameters go.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>
    /// AuroraCap: the share of visual tokens to keep, in (0, 1]; null takes <c>token_kept_ratio</c> of
    /// <c>visual_encoder/config.json</c>, else the papers' 0.1.
    /// </summary>
    public double? TokenKeptRatio { get; init; }

    /// <summary>Qwen2-VL: an image's pixels at most; null takes the checkpoint's own limit.</summary>
    public long? MaxPixels { get; init; }

    /// <summary>Told after every parameter.</summary>
    public Action<LoadProgress>? Progress { get; init; }
}
