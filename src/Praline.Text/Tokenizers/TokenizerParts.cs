using Praline.Text.Tokenizers.Decoders;
using Praline.Text.Tokenizers.Models;
using Praline.Text.Tokenizers.Normalizers;
using Praline.Text.Tokenizers.PostProcessors;
using Praline.Text.Tokenizers.PreTokenizers;

namespace Praline.Text.Tokenizers;

/// <summary>The parts that a <c>tokenizer.json</c> or a SentencePiece model describes.</summary>
/// <param name="Source">The file they come from, for messages.</param>
internal sealed record TokenizerParts(string Source, TokenModel Model)
{
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    public Normalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public PostProcessor? PostProcessor { get; init; }

    public Decoder? Decoder { get; init; }

    /// <summary>These parts with more added tokens; one that is known by its content takes the new rules.</summary>
    public TokenizerParts WithAddedTokens(IEnumerable<AddedToken> tokens)
    {
        var all = AddedTokens.ToList();
        foreach (var token in tokens)
        {
            var known = all.FindIndex(t => t.Content == token.Content);
            if (known >= 0)
            {
                all[known] = token with { Id = all[known].Id };
                continue;
            }

            all.Add(token with { Id = IdFor(token) });
        }

        return this with { AddedTokens = all };
    }

    /// <summary>
    /// A token that the model knows keeps the model's id, as in the reference; a new one may not take another's.
    /// </summary>
    private int IdFor(AddedToken token)
    {
        if (Model.Vocabulary.IdOf(token.Content) is { } known)
        {
            return known;
        }

        if (Model.Vocabulary.TokenOf(token.Id) is { } other)
        {
            throw new PralineException(
                $"{Source}: added token '{token.Content}' has id {token.Id}, which is the id of '{other}' in the vocabulary.");
        }

        return token.Id is >= 0 and <= Vocabulary.LargestId
            ? token.Id
            : throw new PralineException(
                $"{Source}: added token '{token.Content}' has id {token.Id}; ids lie between 0 and {Vocabulary.LargestId}.");
    }
}
