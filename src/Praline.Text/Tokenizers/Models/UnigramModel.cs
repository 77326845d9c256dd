using System.Buffers;
using System.Text;

namespace Praline.Text.Tokenizers.Models;

/// <summary>
/// Kudo's unigram language model: the split of a piece into tokens with the highest sum of scores (Viterbi). Unknown
/// characters in a row become one unknown token, or their bytes' tokens.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    // What an unknown character costs beyond the rarest token.
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly int? _unknownId;
    private readonly double _unknownScore;
    private readonly int[]? _byteTokens;
    private readonly Func<int, bool> _isUsable;
    private readonly int _longest;
    private readonly WordCache _cache = new();

    /// <param name="scores">A score for each id.</param>
    /// <param name="unknownId">The unknown token; without one, an unknown character is an error.</param>
    /// <param name="isUsable">Which ids text may be split into; all when null.</param>
    public UnigramModel(Vocabulary vocabulary, double[] scores, int? unknownId, bool byteFallback, Func<int, bool>? isUsable = null)
        : base(vocabulary)
    {
        _isUsable = isUsable ?? (_ => true);
        _scores = scores;
        _unknownId = unknownId;
        _unknownScore = scores.Where((_, id) => _isUsable(id)).DefaultIfEmpty(0).Min() - UnknownPenalty;
        _longest = vocabulary.Entries.Select(e => e.Key.Length).DefaultIfEmpty(0).Max();
        var bytes = byteFallback ? BpeModel.ByteTokens(vocabulary) : null;
        _byteTokens = bytes is not null && bytes.All(id => id >= 0) ? bytes : null;
    }

    public override void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.IsEmpty || _cache.TryAppend(piece, ids))
        {
            return;
        }

        var start = ids.Count;
        Split(piece, ids);
        _cache.Add(piece, [.. ids[start..]]);
    }

    private void Split(ReadOnlySpan<char> piece, List<int> ids)
    {
        var best = ArrayPool<(double Score, int Start, int Id)>.Shared.Rent(piece.Length + 1);
        try
        {
            best.AsSpan(0, piece.Length + 1).Fill((double.NegativeInfinity, -1, -1));
            best[0].Score = 0;
            for (var start = 0; start < piece.Length; start += CharacterLength(piece, start))
            {
                Extend(piece, start, best);
            }

            Collect(piece, best, ids);
        }
        finally
        {
            ArrayPool<(double Score, int Start, int Id)>.Shared.Return(best);
        }
    }

    /// <summary>
    /// Tries every token that begins here, and the unknown one for a character that is no token itself.
    /// </summary>
    private void Extend(ReadOnlySpan<char> piece, int start, (double Score, int Start, int Id)[] best)
    {
        var single = CharacterLength(piece, start);
        var hasSingle = false;
        var limit = Math.Min(piece.Length - start, _longest);
        for (var length = 1; length <= limit; length++)
        {
            if (!Vocabulary.TryGetId(piece.Slice(start, length), out var id) || !_isUsable(id))
            {
                continue;
            }

            hasSingle |= length == single;
            Offer(best, start + length, best[start].Score + _scores[id], start, id);
        }

        if (!hasSingle)
        {
            Offer(best, start + single, best[start].Score + _unknownScore, start, -1);
        }
    }

    private static void Offer((double Score, int Start, int Id)[] best, int end, double score, int start, int id)
    {
        if (best[end].Start < 0 || score > best[end].Score)
        {
            best[end] = (score, start, id);
        }
    }

    private void Collect(ReadOnlySpan<char> piece, (double Score, int Start, int Id)[] best, List<int> ids)
    {
        var reversed = new List<(int Start, int End, int Id)>();
        for (var end = piece.Length; end > 0; end = best[end].Start)
        {
            var (_, start, id) = best[end];
            // Unknown characters in a row are one unknown stretch.
            if (id < 0 && reversed.Count > 0 && reversed[^1].Id < 0)
            {
                reversed[^1] = (start, reversed[^1].End, -1);
            }
            else
            {
                reversed.Add((start, end, id));
            }
        }

        for (var i = reversed.Count - 1; i >= 0; i--)
        {
            var (start, end, id) = reversed[i];
            if (id >= 0)
            {
                ids.Add(id);
            }
            else
            {
                AddUnknown(piece[start..end], ids);
            }
        }
    }

    private void AddUnknown(ReadOnlySpan<char> text, List<int> ids)
    {
        if (_byteTokens is null)
        {
            ids.Add(_unknownId ?? throw new PralineException($"'{text}' is in no token, and the tokenizer has no unknown token (model.unk_id)."));
            return;
        }

        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        foreach (var b in utf8)
        {
            ids.Add(_byteTokens[b]);
        }
    }

    private static int CharacterLength(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
