namespace Praline.Text.Tokenizers.Models;

/// <summary>Each piece is one token.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, string unknownToken, string where) : TokenModel(vocabulary)
{
    public override void Tokenize(ReadOnlySpan<char> piece, List<int> ids) => ids.Add(
        Vocabulary.TryGetId(piece, out var id) ? id
        : Vocabulary.IdOf(unknownToken) ?? throw new PralineException(
            $"{where}: '{piece}' is no token, and the unknown token '{unknownToken}' is not in the vocabulary."));
}
