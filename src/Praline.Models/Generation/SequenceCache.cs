using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// Keys and values of the tokens that sequences have to themselves: what follows the shared prompt, and the new tokens. One row per sequence; room grows by
/// doubling, so that what lies there is copied only a few times in all.
/// </summary>
internal sealed class SequenceCache(int layers, long capacity = 0) : IDisposable
{
    private const long FirstCapacity = 64;
    private readonly Tensor?[] _keys = new Tensor?[layers];   // kernels: [rows, kv heads, d, capacity]; else [rows, kv heads, capacity, d]
    private readonly Tensor?[] _values = new Tensor?[layers]; // [rows, kv heads, capacity, d]
    private readonly long[] _lengths = new long[layers];
    private long _capacity = capacity;
    private bool _kernels;
    private int _users = 1;

    /// <summary>Tokens that every layer has seen.</summary>
    internal long Length => _lengths[^1];

    /// <summary>Bytes that are held.</summary>
    internal long Bytes => _keys.Concat(_values).Sum(t => t is null ? 0 : t.Numel * DTypes.Size(t.DType));

    /// <summary>Tokens that a layer has seen.</summary>
    internal long LengthOf(int layer) => _lengths[layer];

    /// <summary>One user more; each calls <see cref="Dispose"/>.</summary>
    internal SequenceCache Share()
    {
        _users++;
        return this;
    }

    /// <summary>
    /// Makes room for tokens in a layer and counts them: the whole stores, keys [rows, kv heads, d, capacity] and values [rows, kv heads, capacity, d], whose places
    /// from the old length on are for the caller to write to.
    /// </summary>
    internal (Tensor Keys, Tensor Values) Extend(int layer, long added, long rows, long heads, long width, DType dtype, Device device)
    {
        _kernels = Fused.HasKernels(device, dtype);
        var (start, end) = (_lengths[layer], _lengths[layer] + added);
        if (_values[layer] is not { } store || store.Size(2) < end)
        {
            _capacity = Math.Max(_capacity, Math.Max(end, Math.Max(FirstCapacity, 2 * start)));
            var tokens = _kernels ? 3 : 2;
            _keys[layer] = Grow(_keys[layer], _kernels ? [rows, heads, width, _capacity] : [rows, heads, _capacity, width], tokens, start, dtype, device);
            _values[layer] = Grow(_values[layer], [rows, heads, _capacity, width], 2, start, dtype, device);
        }

        _lengths[layer] = end;
        return (_kernels ? _keys[layer]! : _keys[layer]!.Transpose(2, 3), _values[layer]!);
    }

    /// <summary>Adds keys and values [T, kv heads, d] to the one row of a layer.</summary>
    internal void Append(int layer, Tensor keys, Tensor values)
    {
        using var scope = new TensorScope();
        var (start, count) = (_lengths[layer], keys.Size(0));
        var (allKeys, allValues) = Extend(layer, count, 1, keys.Size(1), keys.Size(2), keys.DType, keys.Device);
        allKeys.Narrow(3, start, count).CopyInPlace(keys.Permute(1, 2, 0).Unsqueeze(0));
        allValues.Narrow(2, start, count).CopyInPlace(values.Transpose(0, 1).Unsqueeze(0));
    }

    /// <summary>The one row's keys [kv heads, d, Length] and values [kv heads, Length, d] in a layer: views.</summary>
    internal (Tensor Keys, Tensor Values) Layer(int layer)
    {
        var keys = _kernels ? _keys[layer]! : _keys[layer]!.Transpose(2, 3);
        return (keys.Select(0, 0).Narrow(2, 0, _lengths[layer]), _values[layer]!.Select(0, 0).Narrow(1, 0, _lengths[layer]));
    }

    /// <summary>The first tokens of the one row, so many times, with room for more.</summary>
    /// <param name="length">How many tokens.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="room">Tokens to make room for at first, these among them.</param>
    internal SequenceCache Copy(long length, long rows, long room = 0)
    {
        using var scope = new TensorScope();
        var copy = new SequenceCache(_keys.Length, Math.Max(room, length + FirstCapacity));
        for (var layer = 0; layer < _keys.Length && length > 0; layer++)
        {
            var (keys, values) = Layer(layer);
            var (toKeys, toValues) = copy.Extend(layer, length, rows, keys.Size(0), keys.Size(1), keys.DType, keys.Device);
            toKeys.Narrow(3, 0, length).CopyInPlace(keys.Narrow(2, 0, length).Unsqueeze(0).Expand(rows, -1, -1, -1));
            toValues.Narrow(2, 0, length).CopyInPlace(values.Narrow(1, 0, length).Unsqueeze(0).Expand(rows, -1, -1, -1));
        }

        return copy;
    }

    /// <summary>Keeps the rows of these numbers, in this order (one may come several times).</summary>
    internal void Keep(ReadOnlySpan<long> rows) => KeyValueCache.Keep(rows, _keys, _values);

    /// <summary>The last user frees it.</summary>
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

    private static Tensor Grow(Tensor? store, long[] shape, int tokens, long start, DType dtype, Device device)
    {
        var larger = Tensor.Empty(shape, dtype, device).DetachFromScope();
        if (store is not null)
        {
            using var old = store.Narrow(tokens, 0, start);
            using var place = larger.Narrow(tokens, 0, start);
            place.CopyInPlace(old);
            store.Dispose();
        }

        return larger;
    }
}
