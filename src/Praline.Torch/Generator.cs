using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>A random generator of libtorch's, with a state that can be saved and put back.</summary>
public sealed unsafe class Generator : IDisposable
{
    private nint _handle;

    /// <summary>Creates a generator on the device, seeded.</summary>
    public Generator(ulong seed, Device device = default)
    {
        nint handle;
        NativeMethods.Check(
            NativeMethods.pt_generator_create((device == default ? Device.Cpu : device).Code, seed, &handle), "create a generator");
        _handle = handle;
    }

    /// <summary>Frees the native generator when <see cref="Dispose"/> was not called.</summary>
    ~Generator() => Free();

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

    /// <summary>Starts again from a seed.</summary>
    public void ManualSeed(ulong seed) => NativeMethods.Check(NativeMethods.pt_generator_seed(Handle, seed), "seed a generator");

    /// <summary>The whole state, a byte tensor, as PyTorch's <c>get_state</c> gives it.</summary>
    public Tensor GetState()
    {
        nint state;
        NativeMethods.Check(NativeMethods.pt_generator_get_state(Handle, &state), "read a generator's state");
        return Tensor.Own(state);
    }

    /// <summary>Puts a state back that <see cref="GetState"/> gave.</summary>
    public void SetState(Tensor state) =>
        NativeMethods.Check(NativeMethods.pt_generator_set_state(Handle, state.Handle), "set a generator's state");

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            NativeMethods.pt_generator_free(handle);
        }
    }
}
