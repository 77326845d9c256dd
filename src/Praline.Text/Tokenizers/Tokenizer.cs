using System.Text;
using Praline.Text.Tokenizers.Models;
using Praline.Text.Tokenizers.Normalizers;
using Praline.Text.Tokenizers.PostProcessors;
using Praline.Text.Tokenizers.PreTokenizers;

namespace Praline.Text.Tokenizers;

/// <summary>
/// Text to token ids and back, as Hugging Face <c>tokenizers</c> does it: added tokens are cut out, the rest is
/// normalized, split and handed to the model, then special tokens are put around. Immutable and safe to share between
/// threads.
/// </summary>
public sealed class Tokenizer
{
    private readonly AddedVocabulary _added;
    private readonly Normalizer? _normalizer;
    private readonly PreTokenizer? _preTokenizer;
    private readonly TokenModel _model;
    private readonly PostProcessor? _postProcessor;
    private readonly Decoders.Decoder? _decoder;
    private readonly TokenizerSettings _settings;

    internal Tokenizer(TokenizerParts parts, TokenizerSettings settings)
    {
        Parts = parts;
        _settings = settings;
        (_normalizer, _preTokenizer, _model, _postProcessor, _decoder) =
            (parts.Normalizer, parts.PreTokenizer, parts.Model, parts.PostProcessor, parts.Decoder);
        _added = new AddedVocabulary(parts.AddedTokens, _normalizer, parts.Source);
        var largest = _added.Tokens.Select(t => t.Id).DefaultIfEmpty(-1).Max();
        VocabularySize = Math.Max(_model.Vocabulary.IdLimit, largest + 1);
        BosTokenId = TokenToId(settings.BosToken);
        EosTokenId = TokenToId(settings.EosToken);
        PadTokenId = TokenToId(settings.PadToken);
        UnkTokenId = TokenToId(settings.UnkToken);
        StopTokenIds = settings.StopTokenIds.Count > 0 ? settings.StopTokenIds : EosTokenId is { } eos ? [eos] : [];
    }

    /// <summary>
    /// The number of ids: one more than the largest, added tokens included. A model's embedding may have more rows.
    /// </summary>
    public int VocabularySize { get; }

    /// <summary>The id of <c>bos_token</c>, if the tokenizer has one.</summary>
    public int? BosTokenId { get; }

    /// <summary>The id of <c>eos_token</c>, if the tokenizer has one.</summary>
    public int? EosTokenId { get; }

    /// <summary>The id of <c>pad_token</c>, if the tokenizer has one.</summary>
    public int? PadTokenId { get; }

    /// <summary>The id of <c>unk_token</c>, if the tokenizer has one.</summary>
    public int? UnkTokenId { get; }

    /// <summary>
    /// The ids that end a generated text: those of <c>generation_config.json</c>, else <see cref="EosTokenId"/>.
    /// </summary>
    public IReadOnlyList<int> StopTokenIds { get; }

    /// <summary>The added tokens: special ones and others that are found before the text is split.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _added.Tokens;

    /// <summary>Named special tokens as text: <c>bos_token</c>, <c>eos_token</c>… for chat templates.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens => _settings.SpecialTokens;

    internal TokenizerParts Parts { get; }

    /// <summary>
    /// Loads the tokenizer of a checkpoint: <c>tokenizer.json</c>, else SentencePiece's <c>tokenizer.model</c>, with
    /// what <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c>, <c>added_tokens.json</c> and
    /// <c>generation_config.json</c> add.
    /// </summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="PralineException">
    /// No tokenizer there, or a file is damaged or asks for something unknown; says file and key.
    /// </exception>
    public static Tokenizer Load(string folder) => TokenizerLoader.Load(folder);

    /// <summary>Reads the content of a <c>tokenizer.json</c>.</summary>
    /// <param name="tokenizerJson">The file's bytes.</param>
    /// <param name="tokenizerConfigJson">The bytes of the <c>tokenizer_config.json</c> beside it, if any.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="PralineException">
    /// A file is damaged or asks for something unknown; says file and key.
    /// </exception>
    public static Tokenizer FromJson(
        ReadOnlyMemory<byte> tokenizerJson,
        ReadOnlyMemory<byte>? tokenizerConfigJson = null,
        string source = "tokenizer.json") =>
        TokenizerLoader.FromJson(tokenizerJson, tokenizerConfigJson, source);

    /// <summary>This tokenizer with more added tokens (or other rules for tokens that it has).</summary>
    /// <exception cref="PralineException">An id is taken by another token.</exception>
    public Tokenizer WithAddedTokens(IEnumerable<AddedToken> tokens) => new(Parts.WithAddedTokens(tokens), _settings);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; lone surrogates become U+FFFD.</param>
    /// <param name="addSpecialTokens">
    /// Put the special tokens around it that the tokenizer's post-processor asks for.
    /// </param>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = WellFormed(text);
        var ids = new List<int>((text.Length / 3) + 4);
        var segments = new List<(int Start, int End, AddedToken? Token)>();
        _added.Raw.Split(text, segments);
        foreach (var (start, end, token) in segments)
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }

            var part = start == 0 && end == text.Length ? text : text[start..end];
            EncodeNormalized(_normalizer?.Normalize(part) ?? part, atStart: start == 0, ids);
        }

        return [.. addSpecialTokens && _postProcessor is not null ? _postProcessor.Process(ids) : ids];
    }

    /// <summary>The text of ids.</summary>
    /// <param name="ids">The ids; those that are not in the vocabulary are left out, as in the reference.</param>
    /// <param name="skipSpecialTokens">Leave special tokens out.</param>
    /// <param name="cleanUpTokenizationSpaces">
    /// Join punctuation to the word before it; by default as <c>tokenizer_config.json</c> says.
    /// </param>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens = false, bool? cleanUpTokenizationSpaces = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var tokens = new List<string>(ids.Count);
        foreach (var id in ids)
        {
            if (IdToToken(id) is { } token && !(skipSpecialTokens && IsSpecial(id)))
            {
                tokens.Add(token);
            }
        }

        var text = _decoder is null ? string.Join(' ', tokens) : string.Concat(_decoder.Decode(tokens));
        return cleanUpTokenizationSpaces ?? _settings.CleanUpTokenizationSpaces ? TokenizationSpaces.CleanUp(text) : text;
    }

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public int? TokenToId(string? token) =>
        token is null ? null : _added.Find(token)?.Id ?? _model.Vocabulary.IdOf(token);

    /// <summary>A token as the vocabulary spells it, or null when no token has this id.</summary>
    public string? IdToToken(int id) => _added.Find(id)?.Content ?? _model.Vocabulary.TokenOf(id);

    /// <summary>True for tokens that <c>Decode(…, skipSpecialTokens: true)</c> leaves out.</summary>
    public bool IsSpecial(int id) => _added.Find(id) is { Special: true };

    private void EncodeNormalized(string text, bool atStart, List<int> ids)
    {
        var segments = new List<(int Start, int End, AddedToken? Token)>();
        _added.AfterNormalizing.Split(text, segments);
        foreach (var (start, end, token) in segments)
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }

            var piece = new Piece(text.AsMemory(start, end - start), atStart && start == 0);
            if (_preTokenizer is null)
            {
                _model.Tokenize(piece.Text.Span, ids);
                continue;
            }

            var pieces = new List<Piece>();
            _preTokenizer.Apply([piece], pieces);
            foreach (var word in pieces)
            {
                _model.Tokenize(word.Text.Span, ids);
            }
        }
    }

    /// <summary>The text with lone surrogates, which have no UTF-8, replaced.</summary>
    private static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            }
        }

        return text;
    }
}
