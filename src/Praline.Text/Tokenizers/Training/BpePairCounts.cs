namespace Praline.Text.Tokenizers;

/// <summary>
/// How often each pair of neighbouring symbols occurs in a counted list of words, kept up to date as pairs are merged.
/// </summary>
internal sealed class BpePairCounts
{
    private readonly (int[] Symbols, long Count)[] _words;
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right, long Count), (long NegatedCount, int Left, int Right)> _queue = new();

    public BpePairCounts(IEnumerable<(int[] Symbols, long Count)> words)
    {
        _words = [.. words];
        for (var w = 0; w < _words.Length; w++)
        {
            Count(w, sign: 1);
        }

        foreach (var (pair, count) in _counts)
        {
            Enqueue(pair, count);
        }
    }

    /// <summary>
    /// The pair that occurs most often, the one with the smallest ids among equals; null when none occurs often enough.
    /// </summary>
    public (int Left, int Right)? MostFrequent(long minimum)
    {
        while (_queue.TryDequeue(out var candidate, out _))
        {
            var pair = (candidate.Left, candidate.Right);
            var count = _counts.GetValueOrDefault(pair);
            if (count == candidate.Count && count > 0)
            {
                return count >= minimum ? pair : null;
            }
        }

        return null;
    }

    /// <summary>Replaces the pair by one symbol wherever it occurs.</summary>
    public void Merge(int left, int right, int merged)
    {
        var changed = new HashSet<(int, int)>();
        foreach (var w in _places[(left, right)].ToArray())
        {
            // The pairs that were there count less now and need a fresh entry as much as those that are new.
            changed.UnionWith(Pairs(_words[w].Symbols));
            Count(w, sign: -1);
            _words[w].Symbols = Replace(_words[w].Symbols, left, right, merged);
            Count(w, sign: 1);
            changed.UnionWith(Pairs(_words[w].Symbols));
        }

        foreach (var pair in changed)
        {
            Enqueue(pair, _counts[pair]);
        }

        _places.Remove((left, right));
    }

    private static IEnumerable<(int Left, int Right)> Pairs(int[] symbols) => symbols.Zip(symbols.Skip(1));

    private static int[] Replace(int[] symbols, int left, int right, int merged)
    {
        var result = new List<int>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            if (i + 1 < symbols.Length && symbols[i] == left && symbols[i + 1] == right)
            {
                result.Add(merged);
                i++;
            }
            else
            {
                result.Add(symbols[i]);
            }
        }

        return [.. result];
    }

    private void Count(int word, int sign)
    {
        var (symbols, count) = _words[word];
        foreach (var pair in Pairs(symbols))
        {
            _counts[pair] = _counts.GetValueOrDefault(pair) + (sign * count);
            if (sign < 0)
            {
                _places[pair].Remove(word);
            }
            else if (!_places.TryGetValue(pair, out var at))
            {
                _places[pair] = [word];
            }
            else
            {
                at.Add(word);
            }
        }
    }

    // Counts change after a pair is queued; an entry whose count is out of date is passed over, a fresh one is in the
    // queue.
    private void Enqueue((int Left, int Right) pair, long count)
    {
        if (count > 0)
        {
            _queue.Enqueue((pair.Left, pair.Right, count), (-count, pair.Left, pair.Right));
        }
    }
}
