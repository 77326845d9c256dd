using System.Text.Json;

namespace Praline.Text.Tokenizers;

/// <summary>
/// The small files beside a tokenizer: its configuration, the map of special tokens, the generation settings.
/// </summary>
internal sealed record TokenizerFiles(JsonSection? Config, JsonSection? SpecialTokensMap, JsonSection? Generation, JsonSection? AddedTokens)
{
    // What transformers' Llama classes take when no file names their special tokens.
    private static readonly (string Name, string Token)[] LlamaDefaults =
        [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")];

    public static TokenizerFiles Read(string folder) => new(
        Open(folder, "tokenizer_config.json"),
        Open(folder, "special_tokens_map.json"),
        Open(folder, "generation_config.json"),
        Open(folder, "added_tokens.json"));

    public TokenizerSettings Settings(bool isLlama) => new()
    {
        SpecialTokens = SpecialTokens(isLlama),
        CleanUpTokenizationSpaces = Config?["clean_up_tokenization_spaces"].Bool(false) ?? false,
        StopTokenIds = Generation is { } generation ? StopTokens(generation["eos_token_id"]) : [],
    };

    /// <summary>
    /// The tokens of <c>added_tokens.json</c>, which older checkpoints have beside a <c>tokenizer.model</c>.
    /// </summary>
    public IEnumerable<AddedToken> LegacyAddedTokens(TokenizerParts parts)
    {
        var special = SpecialTokens(isLlama: true).Values.ToHashSet();
        return AddedTokens?.Properties()
            .Where(token => parts.Model.Vocabulary.IdOf(token.Name) is null || special.Contains(token.Name))
            .Select(token => new AddedToken(token.Value.Int(), token.Name) { Special = special.Contains(token.Name) }) ?? [];
    }

    private Dictionary<string, string> SpecialTokens(bool isLlama)
    {
        var tokens = isLlama ? LlamaDefaults.ToDictionary(d => d.Name, d => d.Token) : [];
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
