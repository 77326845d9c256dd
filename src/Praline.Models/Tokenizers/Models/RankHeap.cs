using System.Buffers;

namespace Praline.Models.Tokenizers.Models;

/// <summary>A binary heap of (rank, position), smallest rank first, then leftmost; on pooled memory.</summary>
internal sealed class RankHeap(int capacity) : IDisposable
{
    private long[] items = ArrayPool<long>.Shared.Rent(Math.Max(capacity, 16));
    private int count;

    public void Add(int rank, int position)
    {
        if (count == items.Length)
        {
            var larger = ArrayPool<long>.Shared.Rent(count * 2);
            Array.Copy(items, larger, count);
            ArrayPool<long>.Shared.Return(items);
            items = larger;
        }

        var item = ((long)rank << 32) | (uint)position;
        var at = count++;
        while (at > 0 && items[(at - 1) / 2] > item)
        {
            items[at] = items[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        items[at] = item;
    }

    public bool TryTake(out int rank, out int position)
    {
        if (count == 0)
        {
            (rank, position) = (0, 0);
            return false;
        }

        (rank, position) = ((int)(items[0] >> 32), (int)items[0]);
        var last = items[--count];
        var at = 0;
        while ((2 * at) + 1 < count)
        {
            var child = (2 * at) + 1;
            child += child + 1 < count && items[child + 1] < items[child] ? 1 : 0;
            if (items[child] >= last)
            {
                break;
            }

            items[at] = items[child];
            at = child;
        }

        items[at] = last;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(items);
        items = [];
    }
}
