using System.Text.Json;
using Praline.Testing;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>
/// Ids and decodings of every text of every golden tokenizer, exactly. They were made with @huggingface/tokenizers
/// 0.2.0 and cross-checked as the golden README says.
/// </summary>
public class TokenizerGoldenTests
{
    public static TheoryData<string> Cases => Golden.CaseNames("tokenizers");

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryTextIsExact(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record("tokenizers", name);
        var tokenizer = GoldenTokenizers.Load(name);
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("tokenizers", name, "cases.json")));
        var problems = new List<string>();
        var count = 0;
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            count++;
            var text = item.GetProperty("text").GetString()!;
            Compare("ids", Ids(item, "ids"), tokenizer.Encode(text));
            Compare("ids_no_special", Ids(item, "ids_no_special"), tokenizer.Encode(text, addSpecialTokens: false));
            foreach (var (key, skip) in new[] { ("decoded", false), ("decoded_skip_special", true) })
            {
                if (item.TryGetProperty(key, out var expected))
                {
                    Compare(key, expected.GetString(), tokenizer.Decode(Ids(item, "ids"), skip, cleanUpTokenizationSpaces: false));
                }
            }

            void Compare<T>(string what, T expected, T actual)
            {
                record.Exact();
                if (JsonSerializer.Serialize(expected) is var wanted && JsonSerializer.Serialize(actual) is var got && wanted != got)
                {
                    problems.Add($"{what} of {JsonSerializer.Serialize(text)}: expected {wanted}, got {got}");
                }
            }
        }

        Assert.True(count > 0, "the case has no texts");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static int[] Ids(JsonElement item, string key) => [.. item.GetProperty(key).EnumerateArray().Select(e => e.GetInt32())];
}
