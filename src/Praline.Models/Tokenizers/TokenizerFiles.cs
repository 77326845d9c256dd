using System.Text.Json;

namespace Praline.Models.Tokenizers;

/// <summary>The small files beside a tokenizer: its configuration, the map of special tokens, the generation settings.</summary>
internal sealed record TokenizerFiles(JsonSection? Config, JsonSection? SpecialTokensMap, JsonSection? Generation)
{
    public static TokenizerFiles Read(string folder) => new(
        Open(folder, "tokenizer_config.json"), Open(folder, "special_tokens_map.json"), Open(folder, "generation_config.json"));

    public TokenizerSettings Settings() => new()
    {
        SpecialTokens = SpecialTokens(),
        CleanUpTokenizationSpaces = Config?["clean_up_tokenization_spaces"].Bool(false) ?? false,
        StopTokenIds = Generation is { } generation ? StopTokens(generation["eos_token_id"]) : [],
    };

    private Dictionary<string, string> SpecialTokens()
    {
        var tokens = new Dictionary<string, string>();
        foreach (var source in (JsonSection?[])[SpecialTokensMap, Config])
        {
            foreach (var (name, value) in source?.Properties() ?? [])
            {
                // A token is a string or an object that says how it is matched.
                if (name.EndsWith("_token", StringComparison.Ordinal)
                    && (value.IsObject ? value["content"] : value) is { IsString: true } content)
                {
                    tokens[name] = content.String();
                }
            }
        }

        return tokens;
    }

    private static List<int> StopTokens(JsonSection section) => section.Element.ValueKind switch
    {
        JsonValueKind.Array => [.. section.Items().Select(id => id.Int())],
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        _ => [section.Int()],
    };

    private static JsonSection? Open(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? JsonSection.Parse(TokenizerLoader.ReadFile(path), path) : null;
    }
}
