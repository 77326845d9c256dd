using System.Collections.Concurrent;

namespace Praline.Text.Tokenizers.Models;

/// <summary>
/// The ids of words seen before: text repeats its words, and a look-up is cheaper than merging. Bounded; safe for
/// threads.
/// </summary>
internal sealed class WordCache
{
    private const int MostWords = 50_000;
    private const int LongestWord = 48;

    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private int _count;

    public WordCache() => _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();

    public bool TryAppend(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > LongestWord || !_lookup.TryGetValue(word, out var known))
        {
            return false;
        }

        ids.AddRange(known);
        return true;
    }

    public void Add(ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        // Once full it keeps what it has: the first words of a corpus are its frequent ones.
        if (word.Length <= LongestWord && _count < MostWords && _words.TryAdd(word.ToString(), ids.ToArray()))
        {
            Interlocked.Increment(ref _count);
        }
    }
}
