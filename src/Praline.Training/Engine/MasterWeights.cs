using Praline.Torch;

namespace Praline.Training.Engine;

/// <summary>
/// Single precision copies of the parameters that are in half precision: gradients add up in them and the optimizer updates them, so that
/// small steps are not lost; the model gets them rounded. Parameters in single or double precision are their own masters.
/// </summary>
internal sealed class MasterWeights : IDisposable
{
    private static readonly Operator CopyAllInPlace = new("aten::_foreach_copy_");
    private readonly List<(Tensor Parameter, Tensor Master)> _copies = [];

    internal MasterWeights(IReadOnlyDictionary<string, Tensor> parameters)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var masters = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, parameter) in parameters)
        {
            masters[name] = parameter;
            if (parameter.DType is DType.Float16 or DType.BFloat16)
            {
                masters[name] = parameter.Detach().To(DType.Float32).DetachFromScope();
                masters[name].RequiresGrad = true;
                _copies.Add((parameter, masters[name]));
            }
        }

        Tensors = masters;
        Of = parameters.ToDictionary(p => p.Value, p => masters[p.Key]);
    }

    /// <summary>What the optimizer updates, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The master of each parameter.</summary>
    internal IReadOnlyDictionary<Tensor, Tensor> Of { get; }

    /// <summary>Gives the model the masters' values, rounded to its type.</summary>
    internal void CopyBack()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        if (_copies.Count > 0 && CopyAllInPlace.Exists)
        {
            CopyAllInPlace.Run(_copies.Select(c => c.Parameter).ToArray(), _copies.Select(c => c.Master).ToArray());
            return;
        }

        foreach (var (parameter, master) in _copies)
        {
            parameter.CopyInPlace(master);
        }
    }

    public void Dispose()
    {
        foreach (var (_, master) in _copies)
        {
            master.Dispose();
        }
    }
}
