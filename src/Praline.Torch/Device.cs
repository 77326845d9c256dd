namespace Praline.Torch;

/// <summary>Where a tensor lives: the CPU, or a CUDA device by index.</summary>
/// <param name="Type">The kind of device (libtorch's <c>c10::DeviceType</c>).</param>
/// <param name="Index">The device's number; -1 means the current one.</param>
public readonly record struct Device(DeviceType Type, int Index = -1)
{
    /// <summary>The CPU.</summary>
    public static Device Cpu => default(Device) with { Index = -1 };

    /// <summary>A CUDA device.</summary>
    public static Device Cuda(int index = 0) => new(DeviceType.Cuda, index);

    /// <summary>
    /// Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>; <c>cuda</c> is the first GPU, or that of this process's rank where a launcher started
    /// several.
    /// </summary>
    /// <exception cref="PralineException">The text names no device.</exception>
    public static Device Parse(string text)
    {
        if (text == "cpu")
        {
            return Cpu;
        }

        if (text == "cuda")
        {
            return Cuda(Distributed.LaunchSettings.FromEnvironment()?.LocalRank ?? 0);
        }

        return text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(5), out var index) && index >= 0
            ? Cuda(index)
            : throw new PralineException($"Unknown device '{text}': expected cpu, cuda or cuda:N.");
    }

    /// <inheritdoc/>
    public override string ToString() => Type == DeviceType.Cpu ? "cpu" : Index < 0 ? "cuda" : $"cuda:{Index}";

    internal long Code => ((long)Type << 8) | (uint)(Index + 1);

    internal static Device FromCode(long code) => new((DeviceType)(code >> 8), (int)(code & 0xff) - 1);
}
