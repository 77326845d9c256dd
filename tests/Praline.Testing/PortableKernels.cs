using Praline.Torch;

namespace Praline.Testing;

/// <summary>Chooses on this thread, until disposed, between the CPU's kernels and what runs on other devices.</summary>
public readonly struct PortableKernels : IDisposable
{
    private readonly bool _before;

    private PortableKernels(bool before) => _before = before;

    /// <summary>Begins.</summary>
    public static PortableKernels Use(bool portable)
    {
        var before = TorchRuntime.PortableKernels;
        TorchRuntime.PortableKernels = portable;
        return new PortableKernels(before);
    }

    /// <inheritdoc/>
    public void Dispose() => TorchRuntime.PortableKernels = _before;
}
