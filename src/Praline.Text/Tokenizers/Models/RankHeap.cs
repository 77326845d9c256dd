using System.Buffers;

namespace Praline.Text.Tokenizers.Models;

/// <summary>A binary heap of (rank, position), smallest rank first, then leftmost; on pooled memory.</summary>
internal sealed class RankHeap(int capacity) : IDisposable
{
    private long[] _items = ArrayPool<long>.Shared.Rent(Math.Max(capacity, 16));
    private int _count;

    public void Add(int rank, int position)
    {
        if (_count == _items.Length)
        {
            var larger = ArrayPool<long>.Shared.Rent(_count * 2);
            Array.Copy(_items, larger, _count);
            ArrayPool<long>.Shared.Return(_items);
            _items = larger;
        }

        var item = ((long)rank << 32) | (uint)position;
        var at = _count++;
        while (at > 0 && _items[(at - 1) / 2] > item)
        {
            _items[at] = _items[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _items[at] = item;
    }

    public bool TryTake(out int rank, out int position)
    {
        if (_count == 0)
        {
            (rank, position) = (0, 0);
            return false;
        }

        (rank, position) = ((int)(_items[0] >> 32), (int)_items[0]);
        var last = _items[--_count];
        var at = 0;
        while ((2 * at) + 1 < _count)
        {
            var child = (2 * at) + 1;
            child += child + 1 < _count && _items[child + 1] < _items[child] ? 1 : 0;
            if (_items[child] >= last)
            {
                break;
            }

            _items[at] = _items[child];
            at = child;
        }

        _items[at] = last;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_items);
        _items = [];
    }
}
