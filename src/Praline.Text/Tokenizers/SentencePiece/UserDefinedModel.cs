using Praline.Text.Tokenizers.Models;

namespace Praline.Text.Tokenizers.SentencePiece;

/// <summary>
/// Pieces that the model's maker declared whole are one token, whatever their letters would merge into.
/// </summary>
internal sealed class UserDefinedModel(TokenModel inner, IReadOnlyDictionary<string, int> symbols) : TokenModel(inner.Vocabulary)
{
    public override void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (symbols.TryGetValue(piece.ToString(), out var id))
        {
            ids.Add(id);
            return;
        }

        inner.Tokenize(piece, ids);
    }
}
