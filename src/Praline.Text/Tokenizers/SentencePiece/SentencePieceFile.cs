using System.Text;

namespace Praline.Text.Tokenizers.SentencePiece;

/// <summary>
/// The parts of SentencePiece's <c>tokenizer.model</c> (<c>sentencepiece_model.proto</c>) that decide how text is
/// split.
/// </summary>
internal sealed record SentencePieceFile
{
    /// <summary>Most real vocabularies have at most 256 k pieces.</summary>
    private const int MostPieces = 1 << 22;

    public IReadOnlyList<(string Text, float Score, PieceKind Kind)> Pieces { get; private init; } = [];

    /// <summary><c>trainer_spec.model_type</c>: 1 unigram, 2 BPE, 3 word, 4 char.</summary>
    public int ModelType { get; private init; } = 1;

    public bool ByteFallback { get; private init; }

    public bool TreatWhitespaceAsSuffix { get; private init; }

    public bool AddDummyPrefix { get; private init; } = true;

    public bool RemoveExtraWhitespaces { get; private init; } = true;

    public bool EscapeWhitespaces { get; private init; } = true;

    public string NormalizerName { get; private init; } = "";

    /// <summary>The compiled character map of the normalizer; empty for the identity.</summary>
    public byte[] PrecompiledCharsMap { get; private init; } = [];

    /// <exception cref="PralineException">The file is damaged.</exception>
    public static SentencePieceFile Read(ReadOnlySpan<byte> bytes, string file)
    {
        try
        {
            var model = ReadModel(bytes);
            return model.Pieces.Count > 0 ? model : throw new FormatException("it has no pieces");
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw new PralineException($"{file}: is not a SentencePiece model, or is damaged: {e.Message}.", e);
        }
    }

    private static SentencePieceFile ReadModel(ReadOnlySpan<byte> bytes)
    {
        var pieces = new List<(string, float, PieceKind)>();
        var model = new SentencePieceFile { Pieces = pieces };
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1 when pieces.Count < MostPieces: pieces.Add(ReadPiece(reader.Bytes())); break;
                case 1: throw new FormatException($"it has more than {MostPieces} pieces");
                case 2: model = ReadTrainer(reader.Bytes(), model); break;
                case 3: model = ReadNormalizer(reader.Bytes(), model); break;
            }
        }

        return model;
    }

    private static (string Text, float Score, PieceKind Kind) ReadPiece(ReadOnlySpan<byte> bytes)
    {
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1: text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(reader.Bytes()); break;
                case 2: score = reader.Float(); break;
                case 3: kind = (PieceKind)reader.Integer(); break;
            }
        }

        return float.IsNaN(score) || !Enum.IsDefined(kind)
            ? throw new FormatException($"the piece '{text}' has score {score} and type {(int)kind}")
            : (text, score, kind);
    }

    private static SentencePieceFile ReadTrainer(ReadOnlySpan<byte> bytes, SentencePieceFile model)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            model = reader.Field switch
            {
                3 => model with { ModelType = (int)reader.Integer() },
                24 => model with { TreatWhitespaceAsSuffix = reader.Integer() != 0 },
                35 => model with { ByteFallback = reader.Integer() != 0 },
                _ => model,
            };
        }

        return model;
    }

    private static SentencePieceFile ReadNormalizer(ReadOnlySpan<byte> bytes, SentencePieceFile model)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            model = reader.Field switch
            {
                1 => model with { NormalizerName = Encoding.UTF8.GetString(reader.Bytes()) },
                2 => model with { PrecompiledCharsMap = reader.Bytes().ToArray() },
                3 => model with { AddDummyPrefix = reader.Integer() != 0 },
                4 => model with { RemoveExtraWhitespaces = reader.Integer() != 0 },
                5 => model with { EscapeWhitespaces = reader.Integer() != 0 },
                _ => model,
            };
        }

        return model;
    }
}
