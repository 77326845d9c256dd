using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Engine;

/// <summary>
/// Adds up the gradients of an optimizer step's micro-batches. Each micro-batch's own gradient is looked at before it is added, so
/// that one bad micro-batch can be dropped without spoiling the others.
/// </summary>
internal sealed class GradientAccumulator(MasterWeights weights) : IStepGradients
{
    private readonly Dictionary<Tensor, Tensor> _sums = [];

    /// <inheritdoc/>
    public void Last()
    {
        // Nobody waits for this process's part.
    }

    /// <inheritdoc/>
    public bool TryAdd()
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

    /// <inheritdoc/>
    public void Drop()
    {
        foreach (var parameter in weights.Of.Keys)
        {
            parameter.Grad = null;
        }
    }

    /// <inheritdoc/>
    public ReducerStatistics TakeStatistics() => default;

    /// <inheritdoc/>
    public bool Release(Action repeatLast)
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
