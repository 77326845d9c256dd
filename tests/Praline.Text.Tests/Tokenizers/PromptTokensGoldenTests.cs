using System.Text.Json;
using Praline.Text.Tokenizers;
using Praline.Testing;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>
/// Prompt and answer ids against the golden files that SynPO's own <c>process_text</c> made
/// (<c>auroracap/prompts_*.json</c>).
/// </summary>
public class PromptTokensGoldenTests
{
    public static TheoryData<string> Files =>
        Golden.FileNames("auroracap", "prompts_*.json");

    [Theory]
    [MemberData(nameof(Files))]
    public void IdsAreExact(string file)
    {
        Assert.SkipWhen(Golden.IsNone(file), "this golden folder has no such case");

        using var record = Golden.Record("auroracap", file);
        // The file is named after its tokenizer: prompts_llama2.json.
        var tokenizer = GoldenTokenizers.Load(Path.GetFileNameWithoutExtension(file)["prompts_".Length..]);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("auroracap", file)));
        foreach (var item in json.RootElement.GetProperty("prompts").EnumerateArray())
        {
            Assert.Equal(Ids(item, "input_ids"), PromptTokens.OfPrompt(tokenizer, item.GetProperty("prompt").GetString()!));
            record.Exact();
        }

        foreach (var item in json.RootElement.GetProperty("answers").EnumerateArray())
        {
            Assert.Equal(Ids(item, "answer_ids"), PromptTokens.OfAnswer(tokenizer, item.GetProperty("text").GetString()!));
            record.Exact();
        }
    }

    private static int[] Ids(JsonElement item, string key) => [.. item.GetProperty(key).EnumerateArray().Select(e => e.GetInt32())];
}
