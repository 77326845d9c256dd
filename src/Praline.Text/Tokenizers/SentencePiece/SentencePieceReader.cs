using Praline.Text.Tokenizers.Decoders;
using Praline.Text.Tokenizers.Loading;
using Praline.Text.Tokenizers.Models;
using Praline.Text.Tokenizers.Normalizers;
using Praline.Text.Tokenizers.PreTokenizers;

namespace Praline.Text.Tokenizers.SentencePiece;

/// <summary>
/// Builds a tokenizer from SentencePiece's <c>tokenizer.model</c> as transformers' Llama classes do: each stretch
/// between special tokens is a text of its own with its own prefix space (the legacy behaviour), or only the first one
/// (<c>"legacy": false</c>).
/// </summary>
internal static class SentencePieceReader
{
    private const int Unigram = 1;
    private const int Bpe = 2;

    public static TokenizerParts Read(ReadOnlySpan<byte> bytes, string file, JsonSection? config)
    {
        var model = SentencePieceFile.Read(bytes, file);
        var vocabulary = Vocabulary.Create([.. model.Pieces.Select((piece, id) => (piece.Text, id))], file);
        var userDefined = model.Pieces
            .Where(p => p.Kind == PieceKind.UserDefined && p.Text.Length > 0)
            .ToDictionary(p => p.Text, p => vocabulary.IdOf(p.Text)!.Value, StringComparer.Ordinal);
        TokenModel tokens = model.ModelType switch
        {
            Bpe => BpeOf(model, vocabulary),
            Unigram => UnigramOf(model, vocabulary),
            _ => throw new PralineException(
                $"{file}: SentencePiece models of type {model.ModelType} are not supported; known are 1 (unigram) and 2 (BPE)."),
        };
        var map = model.PrecompiledCharsMap.Length > 0 ? CharsMap.Read(model.PrecompiledCharsMap, $"{file}: normalizer_spec") : null;
        var everyStretch = config?["legacy"].Bool(true) ?? true;
        return new TokenizerParts(file, userDefined.Count > 0 ? new UserDefinedModel(tokens, userDefined) : tokens)
        {
            Normalizer = new SentencePieceNormalizer(model, map, model.AddDummyPrefix && everyStretch),
            PreTokenizer = Combine(
                model.AddDummyPrefix && !everyStretch
                    ? new MetaspacePreTokenizer(new MetaspaceSettings(SentencePieceNormalizer.Space, "first", Split: false))
                    : null,
                userDefined.Count > 0 ? new LiteralsPreTokenizer(userDefined.Keys) : null),
            Decoder = DecoderOf(model),
            AddedTokens = [.. SpecialTokens(model)],
        };
    }

    /// <summary>
    /// The tokens that are found in text as such: the unknown token and the conventional control tokens.
    /// </summary>
    private static IEnumerable<AddedToken> SpecialTokens(SentencePieceFile model) => model.Pieces
        .Select((piece, id) => (piece, id))
        .Where(p => p.piece.Kind == PieceKind.Unknown || (p.piece.Kind == PieceKind.Control && p.piece.Text is "<s>" or "</s>" or "<pad>"))
        .Select(p => new AddedToken(p.id, p.piece.Text) { Special = true });

    private static BpeModel BpeOf(SentencePieceFile model, Vocabulary vocabulary)
    {
        // The highest score merges first; pieces of equal score in their order.
        var normal = model.Pieces
            .Select((piece, id) => (piece.Text, piece.Score, piece.Kind, Id: id))
            .Where(p => p.Kind == PieceKind.Normal)
            .OrderByDescending(p => p.Score)
            .ToList();
        var table = new MergeTable(normal.Sum(p => p.Text.Length));
        for (var rank = 0; rank < normal.Count; rank++)
        {
            var text = normal[rank].Text.AsSpan();
            for (var split = 1; split < text.Length; split++)
            {
                if (!char.IsLowSurrogate(text[split])
                    && vocabulary.TryGetId(text[..split], out var left)
                    && vocabulary.TryGetId(text[split..], out var right))
                {
                    table.Set(left, right, rank, normal[rank].Id);
                }
            }
        }

        return new BpeModel(vocabulary, table, new BpeOptions
        {
            UnknownToken = UnknownPiece(model),
            FuseUnknown = true,
            ByteFallback = model.ByteFallback,
        });
    }

    private static UnigramModel UnigramOf(SentencePieceFile model, Vocabulary vocabulary) => new(
        vocabulary,
        [.. model.Pieces.Select(p => (double)p.Score)],
        vocabulary.IdOf(UnknownPiece(model)),
        model.ByteFallback,
        isUsable: id => model.Pieces[id].Kind is PieceKind.Normal or PieceKind.UserDefined);

    private static string? UnknownPiece(SentencePieceFile model) =>
        model.Pieces.Where(p => p.Kind == PieceKind.Unknown).Select(p => p.Text).FirstOrDefault();

    private static SequenceDecoder DecoderOf(SentencePieceFile model)
    {
        var steps = new List<Decoder>
        {
            new MappingDecoder((token, _, _) => token.Replace(SentencePieceNormalizer.Space, " ", StringComparison.Ordinal)),
            new ByteFallbackDecoder(),
            new FuseDecoder(),
        };
        if (model.AddDummyPrefix)
        {
            steps.Add(new MappingDecoder((text, _, _) => text.StartsWith(' ') ? text[1..] : text));
        }

        return new SequenceDecoder(steps);
    }

    private static PreTokenizer? Combine(params PreTokenizer?[] steps) => steps.OfType<PreTokenizer>().ToArray() switch
    {
        [] => null,
        [var only] => only,
        var several => new SequencePreTokenizer(several),
    };
}
