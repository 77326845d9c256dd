using System.Buffers;

namespace Praline.Text.Tokenizers.Models;

/// <summary>
/// Applies merges to a row of symbols: always the pair of lowest rank, leftmost first, until none is left. Short rows
/// are scanned, long ones keep their pairs in a heap, so that a text without word boundaries costs n log n.
/// </summary>
internal static class BpeMerger
{
    private const int LongestScanned = 48;

    /// <summary>
    /// Merges <paramref name="symbols"/> in place and gives the number that is left at its beginning.
    /// </summary>
    public static int Merge(Span<int> symbols, MergeTable merges) =>
        symbols.Length <= LongestScanned ? MergeByScanning(symbols, merges) : MergeByHeap(symbols, merges);

    private static int MergeByScanning(Span<int> symbols, MergeTable merges)
    {
        var count = symbols.Length;
        Span<int> ranks = stackalloc int[LongestScanned];
        Span<int> results = stackalloc int[LongestScanned];
        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = merges.Find(symbols[i], symbols[i + 1], out results[i]);
        }

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
            {
                best = ranks[i] < ranks[best] ? i : best;
            }

            if (ranks[best] == MergeTable.None)
            {
                break;
            }

            symbols[best] = results[best];
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            if (best + 2 < count)
            {
                ranks[(best + 2)..(count - 1)].CopyTo(ranks[(best + 1)..]);
                results[(best + 2)..(count - 1)].CopyTo(results[(best + 1)..]);
            }

            count--;
            if (best > 0)
            {
                ranks[best - 1] = merges.Find(symbols[best - 1], symbols[best], out results[best - 1]);
            }

            if (best + 1 < count)
            {
                ranks[best] = merges.Find(symbols[best], symbols[best + 1], out results[best]);
            }
        }

        return count;
    }

    private static int MergeByHeap(Span<int> symbols, MergeTable merges)
    {
        var length = symbols.Length;
        var links = ArrayPool<Link>.Shared.Rent(length);
        var heap = new RankHeap(length);
        try
        {
            for (var i = 0; i < length; i++)
            {
                links[i] = new Link(i - 1, i + 1 < length ? i + 1 : -1);
            }

            for (var i = 0; i + 1 < length; i++)
            {
                Consider(symbols, links, heap, merges, i);
            }

            while (heap.TryTake(out var rank, out var at))
            {
                ref var link = ref links[at];
                if (link.Rank != rank)
                {
                    continue;
                }

                symbols[at] = link.Merged;
                var gone = link.Next;
                link.Next = links[gone].Next;
                links[gone].Rank = MergeTable.None;
                if (link.Next >= 0)
                {
                    links[link.Next].Previous = at;
                }

                Consider(symbols, links, heap, merges, at);
                if (link.Previous >= 0)
                {
                    Consider(symbols, links, heap, merges, link.Previous);
                }
            }

            var count = 0;
            for (var i = 0; i >= 0; i = links[i].Next)
            {
                symbols[count++] = symbols[i];
            }

            return count;
        }
        finally
        {
            heap.Dispose();
            ArrayPool<Link>.Shared.Return(links);
        }
    }

    private static void Consider(Span<int> symbols, Link[] links, RankHeap heap, MergeTable merges, int at)
    {
        ref var link = ref links[at];
        link.Rank = link.Next < 0 ? MergeTable.None : merges.Find(symbols[at], symbols[link.Next], out link.Merged);
        if (link.Rank != MergeTable.None)
        {
            heap.Add(link.Rank, at);
        }
    }

    /// <summary>A symbol's neighbours, and the merge with the next one.</summary>
    private struct Link(int previous, int next)
    {
        public int Previous = previous;
        public int Next = next;
        public int Rank = MergeTable.None;
        public int Merged;
    }
}
