using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>The keys and values of one prompt, or of the beginning of one, computed once and shared by every sequence that continues it.</summary>
internal sealed class PromptCache(int layers) : IDisposable
{
    private readonly Tensor?[] _keys = new Tensor?[layers];   // [kv heads, d, T]
    private readonly Tensor?[] _values = new Tensor?[layers]; // [kv heads, T, d]
    private readonly Dictionary<long, PromptCache> _views = [];
    private Action? _freed;
    private int _users = 1;

    /// <summary>Tokens of the prompt.</summary>
    internal long Length => _values[^1]!.Size(1);

    /// <summary>Bytes that are held.</summary>
    internal long Bytes => _keys.Concat(_values).Sum(t => t!.Numel * DTypes.Size(t.DType));

    /// <summary>A layer's keys [kv heads, d, T] and values [kv heads, T, d].</summary>
    internal (Tensor Keys, Tensor Values) Layer(int layer) => (_keys[layer]!, _values[layer]!);

    /// <summary>What a sequence of one row has computed becomes a prompt that others share.</summary>
    internal static PromptCache Of(SequenceCache sequence, int layers)
    {
        using var scope = new TensorScope();
        var prompt = new PromptCache(layers);
        for (var layer = 0; layer < layers; layer++)
        {
            var (keys, values) = sequence.Layer(layer);
            if (!Fused.HasKernels(keys.Device, keys.DType))
            {
                // Flash kernels read [T, kv heads, d] as it is.
                (keys, values) = (keys.Permute(2, 0, 1).Contiguous().Permute(1, 2, 0), values.Transpose(0, 1).Contiguous().Transpose(0, 1));
            }

            (prompt._keys[layer], prompt._values[layer]) = (keys.DetachFromScope(), values.DetachFromScope());
        }

        return prompt;
    }

    /// <summary>The first tokens of this prompt: the same memory, and the same object for all that ask while one of them holds it.</summary>
    internal PromptCache Beginning(long length)
    {
        if (length == Length)
        {
            return Share();
        }

        if (_views.TryGetValue(length, out var known))
        {
            return known.Share();
        }

        using var scope = new TensorScope();
        var view = new PromptCache(layers) { _freed = () => _views.Remove(length) };
        for (var layer = 0; layer < layers; layer++)
        {
            view._keys[layer] = _keys[layer]!.Narrow(2, 0, length).DetachFromScope();
            view._values[layer] = _values[layer]!.Narrow(1, 0, length).DetachFromScope();
        }

        _views.Add(length, view);
        return view;
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

    /// <summary>One user less; the last one frees it (memory that a beginning of it still reads stays until that is freed too).</summary>
    public void Dispose()
    {
        if (--_users == 0)
        {
            _freed?.Invoke();
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
