using Praline.Torch;

namespace Praline.Training.Engine;

/// <summary>
/// Adds up the gradients of an optimizer step's micro-batches. Each micro-batch's own gradient is looked at before it is added, so
/// that one bad micro-batch can be dropped without spoiling the others.
/// </summary>
internal sealed class GradientAccumulator(MasterWeights weights) : IDisposable
{
    private readonly Dictionary<Tensor, Tensor> _sums = [];

    /// <summary>
    /// Takes the gradients that a backward pass left (and clears them). False, with nothing added, when one is NaN or infinite.
    /// </summary>
    internal bool TryAdd()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var gradients = weights.Of.Keys.Select(parameter => (Parameter: parameter, Gradient: parameter.Grad)).Where(g => g.Gradient is not null).ToArray();
        foreach (var parameter in weights.Of.Keys)
        {
            parameter.Grad = null;
        }

        // A sum is finite only if every term is (an overflow of finite terms is as unusable).
        if (gradients.Length > 0 && !float.IsFinite(Tensor.Stack([.. gradients.Select(g => g.Gradient!.Sum(DType.Float32))]).Sum().Item<float>()))
        {
            return false;
        }

        foreach (var (parameter, gradient) in gradients)
        {
            if (_sums.TryGetValue(parameter, out var sum))
            {
                sum.AddInPlace(gradient!.To(sum.DType));
            }
            else
            {
                _sums[parameter] = gradient!.To(weights.Of[parameter].DType).Alias().DetachFromScope();
            }
        }

        return true;
    }

    /// <summary>Hands the sums to the masters as their gradients and starts anew. False when nothing was added.</summary>
    internal bool Release()
    {
        foreach (var (parameter, sum) in _sums)
        {
            weights.Of[parameter].Grad = sum;
            sum.Dispose();
        }

        var any = _sums.Count > 0;
        _sums.Clear();
        return any;
    }

    public void Dispose()
    {
        foreach (var sum in _sums.Values)
        {
            sum.Dispose();
        }

        _sums.Clear();
    }
}
