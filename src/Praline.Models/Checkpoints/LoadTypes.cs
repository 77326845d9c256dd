using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Checkpoints;

/// <summary>The type that a checkpoint's parameters are computed with.</summary>
internal static class LoadTypes
{
    /// <summary>The type that most of the checkpoint is in, or the one that was asked for.</summary>
    internal static DType Of(CheckpointSource source, LoadOptions options)
    {
        if (options.DType is { } asked)
        {
            return asked;
        }

        var largest = source.Names.Select(name => source.Find(name)!)
            .Where(entry => entry.DType.IsFloatingPoint())
            .GroupBy(entry => entry.DType)
            .OrderByDescending(group => group.Sum(entry => entry.Length))
            .FirstOrDefault()?.Key ?? DType.Float32;
        return largest == DType.Float16 && options.Device.Type == DeviceType.Cpu ? DType.Float32 : largest;
    }
}
