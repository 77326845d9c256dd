using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Tasks;

/// <summary>A gradient over all parameters, or a sum of several.</summary>
internal sealed class GradientSum
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Numbers in it.</summary>
    internal long Count => _tensors.Values.Sum(t => t.Numel);

    /// <summary>Takes the gradients out of the parameters; the tensors belong to the current scope.</summary>
    internal static GradientSum TakeFrom(IReadOnlyDictionary<string, Tensor> parameters)
    {
        var result = new GradientSum();
        foreach (var (name, parameter) in parameters)
        {
            if (parameter.Grad is { } gradient)
            {
                result._tensors[name] = gradient;
                parameter.Grad = null;
            }
        }

        return result;
    }

    /// <summary>A weighted sum; a part that is null counts as zero. The tensors belong to the current scope.</summary>
    internal static GradientSum Combine(params ReadOnlySpan<(GradientSum? Part, double Weight)> parts)
    {
        using var noGrad = NoGrad.Begin();
        var result = new GradientSum();
        foreach (var (part, weight) in parts)
        {
            if (part is null || weight == 0)
            {
                continue;
            }

            foreach (var (name, tensor) in part._tensors)
            {
                result._tensors[name] = result._tensors.TryGetValue(name, out var sum) ? sum.AddInPlace(tensor, weight) : tensor * weight;
            }
        }

        return result;
    }

    /// <summary>Adds another in, keeping copies of its own.</summary>
    internal void Add(GradientSum other)
    {
        using var noGrad = NoGrad.Begin();
        foreach (var (name, tensor) in other._tensors)
        {
            if (_tensors.TryGetValue(name, out var sum))
            {
                sum.AddInPlace(tensor);
            }
            else
            {
                _tensors[name] = tensor.Clone().DetachFromScope();
            }
        }
    }

    /// <summary>Adds up the ranks' gradients of each parameter that any of them has one of; all ranks call it.</summary>
    internal void AddOverRanks(World world, IReadOnlyDictionary<string, Tensor> parameters)
    {
        using var noGrad = NoGrad.Begin();
        string[] names = [.. parameters.Keys];
        int[] present = [.. Enumerable.Range(0, names.Length).Where(i => _tensors.ContainsKey(names[i]))];
        foreach (var i in world.Gather(present).SelectMany(rank => rank).Distinct().Order())
        {
            using var scope = new TensorScope();
            if (!_tensors.TryGetValue(names[i], out var sum))
            {
                var parameter = parameters[names[i]];
                _tensors[names[i]] = sum = Tensor.Zeros(parameter.Shape, parameter.DType, parameter.Device).DetachFromScope();
            }

            world.AllReduce(sum);
        }
    }

    /// <summary>Makes it the parameters' gradient.</summary>
    internal void AssignTo(IReadOnlyDictionary<string, Tensor> parameters)
    {
        foreach (var (name, tensor) in _tensors)
        {
            parameters[name].Grad = tensor;
        }
    }

    /// <summary>The Euclidean norm.</summary>
    internal double Norm() => Math.Sqrt(Dot(this));

    /// <summary>The inner product.</summary>
    internal double Dot(GradientSum other)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        return _tensors.Where(t => other._tensors.ContainsKey(t.Key)).Sum(t => (t.Value * other._tensors[t.Key]).Sum(DType.Float64).Item<double>());
    }

    /// <summary>True when every number is finite.</summary>
    internal bool IsFinite() => double.IsFinite(Norm());

    /// <summary>Frees the tensors.</summary>
    internal void Clear()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }

        _tensors.Clear();
    }
}
