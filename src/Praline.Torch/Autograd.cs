using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>Reverse-mode differentiation, as <c>torch.autograd</c>.</summary>
public static unsafe class Autograd
{
    /// <summary>
    /// Adds the gradients of the roots to the <see cref="Tensor.Grad"/> of the leaves. Without <paramref name="gradients"/> each
    /// root must be a scalar.
    /// </summary>
    /// <exception cref="TorchException">A root has no graph, or its gradient has another shape.</exception>
    public static void Backward(
        ReadOnlySpan<Tensor> roots, ReadOnlySpan<Tensor?> gradients = default, bool retainGraph = false, bool createGraph = false)
    {
        var rootHandles = stackalloc nint[roots.Length];
        var gradientHandles = stackalloc nint[roots.Length];
        Fill(roots!, rootHandles);
        Fill(gradients, gradientHandles);
        Check(
            NativeMethods.pt_backward(
                rootHandles, gradients.IsEmpty ? null : gradientHandles, roots.Length, retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0),
            "backward");
        KeepAlive(roots!, gradients);
    }

    /// <summary>
    /// The gradients of the outputs with respect to the inputs, without touching any <see cref="Tensor.Grad"/>. With
    /// <paramref name="allowUnused"/> an input that was not reached gives null.
    /// </summary>
    public static Tensor?[] Grad(
        ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor?> gradOutputs = default,
        bool retainGraph = false, bool createGraph = false, bool allowUnused = false)
    {
        var outputHandles = stackalloc nint[outputs.Length];
        var gradHandles = stackalloc nint[outputs.Length];
        var inputHandles = new nint[inputs.Length];
        var results = new nint[inputs.Length];
        Fill(outputs!, outputHandles);
        Fill(gradOutputs, gradHandles);
        fixed (nint* inputPointer = inputHandles, resultPointer = results)
        {
            Fill(inputs!, inputPointer);
            Check(
                NativeMethods.pt_grad(
                    outputHandles, gradOutputs.IsEmpty ? null : gradHandles, outputs.Length, inputPointer, inputs.Length,
                    retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, allowUnused ? 1 : 0, resultPointer),
                "grad");
        }

        KeepAlive(outputs!, gradOutputs);
        KeepAlive(inputs!, default);
        return [.. results.Select(handle => handle == 0 ? null : Tensor.Own(handle))];
    }

    private static void Check(int status, string what)
    {
        if (status != 0)
        {
            throw Checkpoint.TakeFailure() is { } failure
                ? new TorchException($"{what}: {failure.Message}", failure)
                : new TorchException($"{what}: {NativeMethods.LastError()}");
        }
    }

    private static void Fill(ReadOnlySpan<Tensor?> tensors, nint* handles)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            handles[i] = tensors[i]?.Handle ?? 0;
        }
    }

    private static void KeepAlive(ReadOnlySpan<Tensor?> first, ReadOnlySpan<Tensor?> second)
    {
        foreach (var tensor in first)
        {
            GC.KeepAlive(tensor);
        }

        foreach (var tensor in second)
        {
            GC.KeepAlive(tensor);
        }
    }
}
