using Praline.Text.Tokenizers.Normalizers;

namespace Praline.Text.Tokenizers;

/// <summary>
/// The added tokens of a tokenizer, by id and by content, and the two searches for them: before and after normalizing.
/// </summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);

    public AddedVocabulary(IReadOnlyList<AddedToken> tokens, Normalizer? normalizer, string where)
    {
        Tokens = tokens;
        foreach (var token in tokens)
        {
            if (_byId.TryGetValue(token.Id, out var other) && other.Content != token.Content)
            {
                throw new PralineException($"{where}: tokens '{other.Content}' and '{token.Content}' have the same id {token.Id}.");
            }

            _byId[token.Id] = token;
            _byContent[token.Content] = token;
        }

        Raw = new AddedTokenFinder(_byContent.Values.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        AfterNormalizing = new AddedTokenFinder(_byContent.Values
            .Where(t => t.Normalized)
            .Select(t => (normalizer?.Normalize(t.Content) ?? t.Content, t)));
    }

    public IReadOnlyList<AddedToken> Tokens { get; }

    public AddedTokenFinder Raw { get; }

    public AddedTokenFinder AfterNormalizing { get; }

    public AddedToken? Find(int id) => _byId.GetValueOrDefault(id);

    public AddedToken? Find(string content) => _byContent.GetValueOrDefault(content);
}
