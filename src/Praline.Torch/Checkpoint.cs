using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>
/// Activation checkpointing (Chen et al. 2016): a region of a model whose intermediate results are not kept for the backward pass but
/// computed a second time in it. Gradients reach its input and every parameter that it used, with <see cref="Autograd.Backward"/> and
/// <see cref="Autograd.Grad"/> alike.
/// </summary>
public static unsafe class Checkpoint
{
    private static Exception? _failure;

    /// <summary>Computes <c>function(x, constants)</c>, twice if gradients are asked for.</summary>
    /// <param name="function">
    /// What to compute. It may use parameters; everything else that it needs comes in as constants, as tensors of the caller's scope
    /// may be gone when it runs again.
    /// </param>
    /// <param name="x">The input that gradients flow to.</param>
    /// <param name="constants">Further inputs, without gradients.</param>
    /// <param name="generators">Random generators that it draws from: rewound, so that it draws the same again.</param>
    public static Tensor Run(
        Func<Tensor, Tensor[], Tensor> function, Tensor x, Tensor[] constants, params IReadOnlyList<Generator> generators) =>
        Run(function, x, constants, generators, null);

    /// <summary>The same with parameters that are not always there.</summary>
    /// <param name="function">What to compute.</param>
    /// <param name="x">The input that gradients flow to.</param>
    /// <param name="constants">Further inputs, without gradients.</param>
    /// <param name="generators">Random generators that it draws from.</param>
    /// <param name="hold">
    /// Called before each of the two times, with true for the second; what it returns is disposed when the parameters are not needed any more,
    /// the second time after gradients were computed.
    /// </param>
    public static Tensor Run(
        Func<Tensor, Tensor[], Tensor> function, Tensor x, Tensor[] constants, IReadOnlyList<Generator> generators, Func<bool, IDisposable>? hold)
    {
        using var held = hold?.Invoke(false);
        if (!NoGrad.IsGradEnabled)
        {
            return function(x, constants);
        }

        using var scope = new TensorScope();
        var region = new Region(function, x, constants, generators, hold);
        var inner = region.Input();
        var output = function(inner, constants);
        nint result;
        var context = GCHandle.ToIntPtr(GCHandle.Alloc(region));
        NativeMethods.Check(
            NativeMethods.pt_checkpoint(output.Handle, inner.Handle, x.Handle, &Backward, &Release, context, &result), "checkpoint");
        return Tensor.Own(result).MoveToOuterScope();
    }

    /// <summary>What went wrong in managed code during the backward pass that just failed, if that was the reason.</summary>
    internal static Exception? TakeFailure() => Interlocked.Exchange(ref _failure, null);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Backward(nint context, nint gradOutput, nint* leaves, int count, nint* results)
    {
        try
        {
            using var scope = new TensorScope();
            var parameters = new Tensor[count];
            for (var i = 0; i < count; i++)
            {
                parameters[i] = Tensor.Own(leaves[i]);
            }

            var region = (Region)GCHandle.FromIntPtr(context).Target!;
            var gradients = region.Again(Tensor.Own(gradOutput), parameters);
            for (var i = 0; i < gradients.Length; i++)
            {
                results[i] = gradients[i] is { } gradient ? NativeMethods.pt_tensor_share(gradient.Handle) : 0;
            }

            return 0;
        }
        catch (Exception error)
        {
            _failure = error;
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(nint context)
    {
        var handle = GCHandle.FromIntPtr(context);
        ((Region)handle.Target!).Free();
        handle.Free();
    }

    /// <summary>What is kept of a region: its inputs and the random generators' states.</summary>
    private sealed class Region
    {
        private readonly Func<Tensor, Tensor[], Tensor> _function;
        private readonly Tensor _x;
        private readonly bool _requiresGrad;
        private readonly Tensor[] _constants;
        private readonly IReadOnlyList<Generator> _generators;
        private readonly Tensor[] _states;
        private readonly Func<bool, IDisposable>? _hold;

        internal Region(
            Func<Tensor, Tensor[], Tensor> function, Tensor x, Tensor[] constants, IReadOnlyList<Generator> generators, Func<bool, IDisposable>? hold)
        {
            (_function, _hold) = (function, hold);
            _x = x.Detach().DetachFromScope();
            _requiresGrad = x.RequiresGrad;
            _constants = [.. constants.Select(constant => constant.Detach().DetachFromScope())];
            _generators = generators;
            _states = [.. generators.Select(generator => generator.GetState().DetachFromScope())];
        }

        /// <summary>A leaf with the input's numbers.</summary>
        internal Tensor Input()
        {
            var input = _x.Detach();
            input.RequiresGrad = _requiresGrad;
            return input;
        }

        /// <summary>Gradients of the input and the parameters; null where there is none.</summary>
        internal Tensor?[] Again(Tensor gradOutput, Tensor[] parameters)
        {
            using var held = _hold?.Invoke(true);
            using var grad = NoGrad.EnableGrad();
            var now = _generators.Select(generator => generator.GetState()).ToArray();
            Restore(_states);
            var input = Input();
            var output = _function(input, _constants);
            Restore(now);
            return _requiresGrad
                ? Autograd.Grad([output], [input, .. parameters], [gradOutput], allowUnused: true)
                : [null, .. Autograd.Grad([output], parameters, [gradOutput], allowUnused: true)];
        }

        internal void Free()
        {
            foreach (var tensor in _constants.Concat(_states).Append(_x))
            {
                tensor.Dispose();
            }
        }

        private void Restore(Tensor[] states)
        {
            for (var i = 0; i < states.Length; i++)
            {
                _generators[i].SetState(states[i]);
            }
        }
    }
}
