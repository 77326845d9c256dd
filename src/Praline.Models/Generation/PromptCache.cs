using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// The keys and values of one prompt (or of the beginning of several), computed once and shared by every sequence that goes on from it.
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
        var (keysThere, valuesThere) = Fused.HasKernels(keys.Device, keys.DType)
            ? (keys.Permute(1, 2, 0).Contiguous(), values.Transpose(0, 1).Contiguous())
            : (keys.Clone().Permute(1, 2, 0), values.Clone().Transpose(0, 1)); // flash kernels read [T, kv heads, d] as it is
        (_keys[layer], _values[layer]) = (keysThere.DetachFromScope(), valuesThere.DetachFromScope());
    }

    /// <summary>
    /// Lays prompts one behind the other in memory, layer by layer, for operators that then see all of them in one call. Only for prompts
    /// that were stored where there are no kernels.
    /// </summary>
    internal static void Join(IReadOnlyList<PromptCache> prompts)
    {
        for (var layer = 0; layer < prompts[0]._keys.Length; layer++)
        {
            Join([.. prompts.Select(prompt => prompt._keys)], layer, keys => keys.Permute(2, 0, 1), tokens => tokens.Permute(1, 2, 0));
            Join([.. prompts.Select(prompt => prompt._values)], layer, values => values.Transpose(0, 1), tokens => tokens.Transpose(0, 1));
        }
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

    private static void Join(Tensor?[][] stores, int layer, Func<Tensor, Tensor> tokensFirst, Func<Tensor, Tensor> asStored)
    {
        using var scope = new TensorScope();
        var all = Tensor.Cat([.. stores.Select(store => tokensFirst(store[layer]!))]);
        long start = 0;
        foreach (var store in stores)
        {
            using var old = store[layer]!;
            var count = tokensFirst(old).Size(0);
            store[layer] = asStored(all.Narrow(0, start, count)).DetachFromScope();
            start += count;
        }
    }
}
