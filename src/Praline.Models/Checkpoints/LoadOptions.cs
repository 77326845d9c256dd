using Praline.Torch;

namespace Praline.Models.Checkpoints;

/// <summary>How a checkpoint is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>Convert parameters to this type; null keeps the file's, which on the CPU shares its pages without a copy.</summary>
    public DType? DType { get; init; }

    /// <summary>Where parameters go.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Told after every parameter.</summary>
    public Action<LoadProgress>? Progress { get; init; }
}
