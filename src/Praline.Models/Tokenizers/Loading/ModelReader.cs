using Praline.Models.Tokenizers.Models;

namespace Praline.Models.Tokenizers.Loading;

/// <summary>Reads the <c>model</c> of a <c>tokenizer.json</c>.</summary>
internal static class ModelReader
{
    public static TokenModel Read(JsonSection section)
    {
        // Files from before 0.8 don't name the type of a BPE model.
        var type = section["type"].OptionalString() ?? (section["merges"].IsArray ? "BPE" : null);
        return type switch
        {
            "BPE" => BpeReader.Read(section),
            _ => throw Unknown.Type(section, "tokenizer model", "BPE"),
        };
    }
}
