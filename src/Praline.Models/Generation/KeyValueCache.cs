using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// The keys and values of every layer for a batch of sequences. Room grows by doubling: a token that is appended is written once,
/// and what lies there already is copied only a few times in all.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private const long FirstCapacity = 64;
    private readonly Tensor?[] _keys;
    private readonly Tensor?[] _values;
    private readonly long[] _lengths;

    /// <summary>An empty cache.</summary>
    /// <param name="layers">The model's layers.</param>
    /// <param name="capacity">Tokens to make room for at first; 0 when unknown.</param>
    public KeyValueCache(int layers, long capacity = 0)
    {
        _keys = new Tensor?[layers];
        _values = new Tensor?[layers];
        _lengths = new long[layers];
        Capacity = capacity;
    }

    /// <summary>Tokens that every layer has seen.</summary>
    public long Length => _lengths[^1];

    /// <summary>Tokens there is room for.</summary>
    public long Capacity { get; private set; }

    /// <summary>The keys and values [B, kv heads, Length, d] of a layer: views, without a copy.</summary>
    public (Tensor Keys, Tensor Values) Layer(int layer) =>
        (_keys[layer]!.Narrow(2, 0, _lengths[layer]), _values[layer]!.Narrow(2, 0, _lengths[layer]));

    /// <summary>Adds keys and values [B, kv heads, T, d] to a layer and returns all of them (views).</summary>
    public (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var added = keys.Size(2);
        var end = _lengths[layer] + added;
        _keys[layer] = Write(_keys[layer], keys, _lengths[layer], end);
        _values[layer] = Write(_values[layer], values, _lengths[layer], end);
        _lengths[layer] = end;
        return Layer(layer);
    }

    /// <summary>Tokens that a layer has seen.</summary>
    internal long LengthOf(int layer) => _lengths[layer];

    /// <summary>Keeps the sequences of these numbers, in this order (one may come several times).</summary>
    public void Keep(ReadOnlySpan<long> rows) => Keep(rows, _keys, _values);

    /// <summary>Replaces each tensor [B, …] of some stores by its rows of these numbers, in this order.</summary>
    internal static void Keep(ReadOnlySpan<long> rows, params ReadOnlySpan<Tensor?[]> stores)
    {
        using var scope = new TensorScope();
        var index = Tensor.From(rows);
        foreach (var store in stores)
        {
            for (var layer = 0; layer < store.Length; layer++)
            {
                if (store[layer] is { } old)
                {
                    store[layer] = old.IndexSelect(0, index.To(old.Device)).DetachFromScope();
                    old.Dispose();
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
        {
            tensor?.Dispose();
        }
    }

    private Tensor Write(Tensor? store, Tensor added, long start, long end)
    {
        store = Room(store, added.Shape, added.DType, added.Device, start, end);
        using var target = store.Narrow(2, start, end - start);
        target.CopyInPlace(added);
        return store;
    }

    private Tensor Room(Tensor? store, long[] shape, DType dtype, Device device, long start, long end)
    {
        if (store is not null && store.Size(2) >= end)
        {
            return store;
        }

        Capacity = Math.Max(Capacity, Math.Max(end, Math.Max(FirstCapacity, 2 * start)));
        var larger = Tensor.Empty([shape[0], shape[1], Capacity, shape[3]], dtype, device).DetachFromScope();
        if (store is not null)
        {
            using var old = store.Narrow(2, 0, start);
            using var place = larger.Narrow(2, 0, start);
            place.CopyInPlace(old);
            store.Dispose();
        }

        return larger;
    }
}
