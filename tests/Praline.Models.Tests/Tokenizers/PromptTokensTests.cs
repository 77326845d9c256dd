using System.Text.Json;
using Praline.Models.Tokenizers;
using Praline.Testing;

namespace Praline.Models.Tests.Tokenizers;

/// <summary>
/// Prompt and answer ids against the golden files that SynPO's own <c>process_text</c> made
/// (<c>auroracap/prompts_*.json</c>).
/// </summary>
public class PromptTokensTests
{
    public static TheoryData<string> Files =>
        Directory.Exists(Golden.PathOf("auroracap"))
            ? [.. Directory.GetFiles(Golden.PathOf("auroracap"), "prompts_*.json").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)]
            : [];

    [Theory]
    [MemberData(nameof(Files))]
    public void IdsAreExact(string file)
    {
        // The file is named after its tokenizer: prompts_llama2.json.
        var tokenizer = GoldenTokenizers.Load(Path.GetFileNameWithoutExtension(file)["prompts_".Length..]);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("auroracap", file)));
        foreach (var item in json.RootElement.GetProperty("prompts").EnumerateArray())
        {
            Assert.Equal(Ids(item, "input_ids"), PromptTokens.OfPrompt(tokenizer, item.GetProperty("prompt").GetString()!));
        }

        foreach (var item in json.RootElement.GetProperty("answers").EnumerateArray())
        {
            Assert.Equal(Ids(item, "answer_ids"), PromptTokens.OfAnswer(tokenizer, item.GetProperty("text").GetString()!));
        }
    }

    private static int[] Ids(JsonElement item, string key) => [.. item.GetProperty(key).EnumerateArray().Select(e => e.GetInt32())];
}
