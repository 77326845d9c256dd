using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Torch.Optim;

namespace Praline.Training.Engine;

/// <summary>
/// Adds up the gradients of an optimizer step's micro-batches. Each micro-batch's own gradient is looked at before it is added, so
/// that one bad micro-batch can be dropped without spoiling the others.
/// </summary>
internal sealed class GradientAccumulator(MasterWeights weights) : IStepGradients
{
    private static readonly Operator AddAllInPlace = new("aten::_foreach_add_", "List");
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

        // A norm is finite only if every number is (an overflow of finite ones is as unusable).
        if (gradients.Length > 0 && !float.IsFinite(GradientClipping.Norms([.. gradients.Select(g => g.Gradient!)]).Sum().Item<float>()))
        {
            return false;
        }

        var known = gradients.Where(g => _sums.ContainsKey(g.Parameter)).ToArray();
        if (known.Length > 0)
        {
            AddAllInPlace.Run(known.Select(g => _sums[g.Parameter]).ToArray(), known.Select(g => g.Gradient!.To(_sums[g.Parameter].DType)).ToArray());
        }

        foreach (var (parameter, gradient) in gradients.Except(known))
        {
            _sums[parameter] = gradient!.To(weights.Of[parameter].DType).Alias().DetachFromScope();
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
