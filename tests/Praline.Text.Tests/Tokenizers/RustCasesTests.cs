using Praline.Testing;
using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Text.Tokenizers;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>
/// Sixty small tokenizers, each with some of the parts that a <c>tokenizer.json</c> may have, against the Rust library
/// itself.
/// </summary>
public class RustCasesTests
{
    private static readonly Lazy<JsonNode> Data = new(() => JsonNode.Parse(
        GoldenTokenizers.ReadMaybeCompressed(TestFiles.Path("tokenizer_cases.json.gz")))!);

    public static TheoryData<string> Names => [.. Data.Value["tokenizers"]!.AsArray().Select(t => t!["name"]!.GetValue<string>())];

    public static IEnumerable<byte[]> TokenizerFiles =>
        Data.Value["tokenizers"]!.AsArray().Select(t => JsonSerializer.SerializeToUtf8Bytes(t!["tokenizer"]));

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryTextIsExact(string name)
    {
        var item = Data.Value["tokenizers"]!.AsArray().Single(t => t!["name"]!.GetValue<string>() == name)!;
        var tokenizer = Tokenizer.FromJson(JsonSerializer.SerializeToUtf8Bytes(item["tokenizer"]), source: name);
        var problems = new List<string>();
        foreach (var expected in item["cases"]!.AsArray())
        {
            var text = expected!["text"]!.GetValue<string>();
            var ids = expected["ids"]!.Deserialize<int[]>()!;
            Compare("ids", ids, tokenizer.Encode(text));
            Compare("ids_no_special", expected["ids_no_special"]!.Deserialize<int[]>(), tokenizer.Encode(text, addSpecialTokens: false));
            if (expected["decoded"] is { } decoded)
            {
                Compare("decoded", decoded.GetValue<string>(), tokenizer.Decode(ids));
                Compare("decoded_skip_special", expected["decoded_skip_special"]!.GetValue<string>(), tokenizer.Decode(ids, skipSpecialTokens: true));
            }

            void Compare<T>(string what, T wanted, T got)
            {
                if (JsonSerializer.Serialize(wanted) is var a && JsonSerializer.Serialize(got) is var b && a != b)
                {
                    problems.Add($"{what} of {JsonSerializer.Serialize(text)}: expected {a}, got {b}");
                }
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void TrainerFindsTheSameMerges()
    {
        var training = Data.Value["training"]!;
        var expected = training["merges"]!.Deserialize<string[]>()!;
        var trained = BpeTrainer.Train(
            training["texts"]!.Deserialize<string[]>()!, 260 + expected.Length, new BpeTrainerOptions { MinimumFrequency = 1 });
        Assert.Equal(expected, JsonNode.Parse(trained.TokenizerJson)!["model"]!["merges"]!.Deserialize<string[]>());
    }
}
