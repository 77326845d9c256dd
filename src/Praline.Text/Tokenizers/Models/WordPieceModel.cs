namespace Praline.Text.Tokenizers.Models;

/// <summary>
/// BERT's word pieces: the longest token that a word begins with, then the longest with "##", and so on; all or
/// nothing.
/// </summary>
internal sealed class WordPieceModel(Vocabulary vocabulary, string unknownToken, string prefix, int longestWord, string where)
    : TokenModel(vocabulary)
{
    public override void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        var start = ids.Count;
        var length = 0;
        foreach (var _ in piece.EnumerateRunes())
        {
            length++;
        }

        if (length > longestWord || !TrySplit(piece, ids))
        {
            ids.RemoveRange(start, ids.Count - start);
            ids.Add(Vocabulary.IdOf(unknownToken) ?? throw new PralineException(
                $"{where}: '{piece}' has no word pieces, and the unknown token '{unknownToken}' is not in the vocabulary."));
        }
    }

    private bool TrySplit(ReadOnlySpan<char> piece, List<int> ids)
    {
        var buffer = new char[prefix.Length + piece.Length];
        prefix.CopyTo(buffer);
        for (var start = 0; start < piece.Length;)
        {
            var end = piece.Length;
            while (true)
            {
                if (start == end)
                {
                    return false;
                }

                var part = piece[start..end];
                if (start > 0)
                {
                    part.CopyTo(buffer.AsSpan(prefix.Length));
                    part = buffer.AsSpan(0, prefix.Length + part.Length);
                }

                if (Vocabulary.TryGetId(part, out var id))
                {
                    ids.Add(id);
                    break;
                }

                end -= char.IsLowSurrogate(piece[end - 1]) && end - start > 1 ? 2 : 1;
            }

            start = end;
        }

        return true;
    }
}
