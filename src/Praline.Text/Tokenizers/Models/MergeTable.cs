namespace Praline.Text.Tokenizers.Models;

/// <summary>
/// Which pairs of tokens merge, in which order, into what: an open-addressing table, since this look-up is where
/// encoding spends its time.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that doesn't merge.</summary>
    public const int None = int.MaxValue;

    private readonly Entry[] _entries;
    private readonly int _mask;
    private readonly int _shift;

    public MergeTable(int capacity)
    {
        var size = 16;
        while (size < capacity * 2L)
        {
            size *= 2;
        }

        _entries = new Entry[size];
        _mask = size - 1;
        _shift = 64 - System.Numerics.BitOperations.Log2((uint)size);
    }

    /// <summary>
    /// Sets a pair's rank and result; a pair that is given again takes the later ones, as in the reference.
    /// </summary>
    public void Set(int left, int right, int rank, int merged)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        while (_entries[slot].Key != 0 && _entries[slot].Key != key)
        {
            slot = (slot + 1) & _mask;
        }

        _entries[slot] = new Entry(key, rank, merged);
    }

    /// <summary>
    /// The rank of a pair, smallest first, and the token it becomes; <see cref="None"/> when it doesn't merge.
    /// </summary>
    public int Find(int left, int right, out int merged)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        while (true)
        {
            ref readonly var entry = ref _entries[slot];
            if (entry.Key == key)
            {
                merged = entry.Merged;
                return entry.Rank;
            }

            if (entry.Key == 0)
            {
                merged = 0;
                return None;
            }

            slot = (slot + 1) & _mask;
        }
    }

    // One is added so that no key is zero, which marks a free slot.
    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);

    private readonly record struct Entry(ulong Key, int Rank, int Merged);
}
