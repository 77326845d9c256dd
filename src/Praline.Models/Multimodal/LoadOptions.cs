using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>How a checkpoint is opened.</summary>
public sealed record LoadOptions
{
    /// <summary>
    /// The type of all weights; null keeps the checkpoint's, except that half precision becomes single precision on the CPU, which
    /// can't compute with it.
    /// </summary>
    public DType? DType { get; init; }

    /// <summary>Where the weights are put.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>
    /// AuroraCap: the share of visual tokens to keep, in (0, 1]; null takes <c>token_kept_ratio</c> of
    /// <c>visual_encoder/config.json</c>, else the papers' 0.1.
    /// </summary>
    public double? TokenKeptRatio { get; init; }

    /// <summary>Qwen2-VL: an image's pixels at most; null takes the checkpoint's own limit.</summary>
    public long? MaxPixels { get; init; }
}
