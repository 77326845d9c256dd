using Praline.Text.Tokenizers.PreTokenizers;

namespace Praline.Text.Tokenizers;

/// <summary>
/// Trains a byte-level BPE tokenizer as Hugging Face's <c>BpeTrainer</c> does: special tokens first, then the 256 byte
/// characters, then the most frequent pair again and again, ties by the smaller ids. The same texts in any order give
/// the same tokenizer.
/// </summary>
public static class BpeTrainer
{
    /// <summary>Trains a tokenizer.</summary>
    /// <param name="texts">The texts to learn from; read once.</param>
    /// <param name="vocabularySize">
    /// The number of tokens to reach, special tokens included; fewer when the texts have no more pairs that occur
    /// <see cref="BpeTrainerOptions.MinimumFrequency"/> times.
    /// </param>
    /// <param name="options">Special tokens and limits; the defaults suit a Llama-like captioner.</param>
    /// <exception cref="PralineException">
    /// The vocabulary size is too small for the special tokens and the 256 bytes.
    /// </exception>
    public static TrainedTokenizer Train(IEnumerable<string> texts, int vocabularySize, BpeTrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new BpeTrainerOptions();
        var special = options.AllSpecialTokens();
        if (vocabularySize < special.Count + 256)
        {
            throw new PralineException(
                $"A byte-level vocabulary needs at least {special.Count + 256} tokens ({special.Count} special tokens and 256 bytes); "
                + $"{vocabularySize} were asked for.");
        }

        var vocabulary = new List<string>(special);
        var ids = special.Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id, StringComparer.Ordinal);
        foreach (var c in ByteLevelAlphabet.All.ToArray().Order())
        {
            ids.TryAdd(c.ToString(), vocabulary.Count);
            vocabulary.Add(c.ToString());
        }

        var merges = new List<(string Left, string Right)>();
        var words = CountWords(texts, options.AddPrefixSpace)
            .Select(word => (word.Key.Select(c => ids[c.ToString()]).ToArray(), word.Value));
        var pairs = new BpePairCounts(words);
        while (vocabulary.Count < vocabularySize && pairs.MostFrequent(options.MinimumFrequency) is var (left, right))
        {
            var token = vocabulary[left] + vocabulary[right];
            if (!ids.TryGetValue(token, out var merged))
            {
                merged = vocabulary.Count;
                ids.Add(token, merged);
                vocabulary.Add(token);
            }

            merges.Add((vocabulary[left], vocabulary[right]));
            pairs.Merge(left, right, merged);
        }

        return new TrainedTokenizer(vocabulary, merges, options);
    }

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts, bool addPrefixSpace)
    {
        var splitter = new ByteLevelPreTokenizer(addPrefixSpace, useRegex: true);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var pieces = new List<Piece>();
        foreach (var text in texts)
        {
            if (text.Length == 0)
            {
                continue;
            }

            pieces.Clear();
            splitter.Apply([new Piece(text.AsMemory(), AtStart: true)], pieces);
            foreach (var piece in pieces)
            {
                lookup.TryGetValue(piece.Text.Span, out var count);
                lookup[piece.Text.Span] = count + 1;
            }
        }

        return counts;
    }
}
