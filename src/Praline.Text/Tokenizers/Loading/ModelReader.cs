using Praline.Text.Tokenizers.Models;

namespace Praline.Text.Tokenizers.Loading;

/// <summary>Reads the <c>model</c> of a <c>tokenizer.json</c>.</summary>
internal static class ModelReader
{
    public static TokenModel Read(JsonSection section)
    {
        if (!section.IsObject)
        {
            throw section.Expected("an object that describes the model");
        }

        // Files from before 0.8 don't name the type of their model.
        var type = section["type"].OptionalString() ?? (section["merges"].IsArray ? "BPE" : null);
        switch (type)
        {
            case "BPE":
                return BpeReader.Read(section);
            case "WordLevel":
                return new WordLevelModel(Vocabulary.Read(section["vocab"]), section["unk_token"].String(), section.Where);
            case "WordPiece":
                return new WordPieceModel(
                    Vocabulary.Read(section["vocab"]),
                    section["unk_token"].String(),
                    section["continuing_subword_prefix"].OptionalString() ?? "##",
                    section["max_input_chars_per_word"].IsNull ? 100 : section["max_input_chars_per_word"].Int(),
                    section.Where);
            case "Unigram":
                return ReadUnigram(section);
            default:
                throw Unknown.Type(section, "tokenizer model", "BPE, WordPiece, WordLevel, Unigram");
        }
    }

    private static UnigramModel ReadUnigram(JsonSection section)
    {
        var tokens = new List<(string, int)>();
        var scores = new List<double>();
        foreach (var item in section["vocab"].Items())
        {
            var pair = item.Items().ToArray();
            if (pair.Length != 2)
            {
                throw item.Expected("a pair of token and score");
            }

            tokens.Add((pair[0].String(), tokens.Count));
            scores.Add(pair[1].Number());
        }

        var unknown = section["unk_id"];
        int? unknownId = unknown.IsNull ? null
            : unknown.Int() is >= 0 and var id && id < tokens.Count ? id
            : throw unknown.Expected($"an id below {tokens.Count}");
        return new UnigramModel(
            Vocabulary.Create(tokens, section["vocab"].Where), [.. scores], unknownId, section["byte_fallback"].Bool(false));
    }
}
