using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>Switches the recording of gradients on this thread until it is disposed.</summary>
/// <example><c>using (NoGrad.Begin()) { … }</c></example>
public readonly struct NoGrad : IDisposable
{
    private readonly bool _previous;

    private NoGrad(bool enabled)
    {
        _previous = IsGradEnabled;
        NativeMethods.pt_set_grad_enabled(enabled ? 1 : 0);
    }

    /// <summary>True when operations on this thread record gradients.</summary>
    public static bool IsGradEnabled => NativeMethods.pt_grad_enabled() != 0;

    /// <summary>No gradients from here on.</summary>
    public static NoGrad Begin() => new(enabled: false);

    /// <summary>Gradients again, inside a region without.</summary>
    public static NoGrad EnableGrad() => new(enabled: true);

    /// <inheritdoc/>
    public void Dispose() => NativeMethods.pt_set_grad_enabled(_previous ? 1 : 0);
}
