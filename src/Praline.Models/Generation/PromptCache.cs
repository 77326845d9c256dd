using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// The keys and values of one prompt, computed once and shared by every sequence that goes on from it.
/// </summary>
internal sealed class PromptCache(int layers) : IDisposable
{
    private readonly Tensor?[] _keys = new Tensor?[layers];
    private readonly Tensor?[] _values = new Tensor?[layers];
    private int _users = 1;

    /// <summary>Tokens of the prompt.</summary>
    internal long Length => _values[0]!.Size(1);

    /// <summary>A layer's keys [kv heads, d, T] and values [kv heads, T, d].</summary>
    internal (Tensor Keys, Tensor Values) Layer(int layer) => (_keys[layer]!, _values[layer]!);

    /// <summary>Stores the keys and values [T, kv heads, d] that the prefill computed.</summary>
    internal void Store(int layer, Tensor keys, Tensor values)
    {
        using var scope = new TensorScope();
        var (keysThere, valuesThere) = Fused.HasKernels(keys)
            ? (keys.Permute(1, 2, 0).Contiguous(), values.Transpose(0, 1).Contiguous())
            : (keys.Clone().Permute(1, 2, 0), values.Clone().Transpose(0, 1)); // flash kernels read [T, kv heads, d] as it is
        (_keys[layer], _values[layer]) = (keysThere.DetachFromScope(), valuesThere.DetachFromScope());
    }

    /// <summary>One user more; each calls <see cref="Dispose"/>.</summary>
    internal PromptCache Share()
    {
        _users++;
        return this;
    }

    /// <summary>One user less; the last one frees it.</summary>
    public void Dispose()
    {
        if (--_users == 0)
        {
            foreach (var tensor in _keys.Concat(_values))
            {
                tensor?.Dispose();
            }
        }
    }
}
