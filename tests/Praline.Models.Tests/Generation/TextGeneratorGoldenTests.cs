using System.Text.Json;
using Praline.Models.Generation;
using Praline.Models.Tests.Language;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Generation;

/// <summary>transformers' greedy <c>generate</c> (tests/golden/llama and mistral), all rows of a case in one continuous batch.</summary>
public sealed class TextGeneratorGoldenTests
{
    [Theory]
    [MemberData(nameof(LlamaGoldenTests.Cases), MemberType = typeof(LlamaGoldenTests))]
    public void GreedyTokens(string kind, string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record(kind, name);
        using var scope = new TensorScope();
        var folder = Golden.PathOf(kind, name);
        using var model = GoldenModel.Open(folder);
        var (inputs, expected) = GoldenModel.Numbers(folder);
        using var meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta.json")));
        Check(model, inputs, expected["generated_ids"], [], 0);
        record.Exact(1);
        if (!meta.RootElement.TryGetProperty("generated_ids_eos", out var withEnd))
        {
            return; // cases of transformers 5 have none
        }

        var eos = withEnd.GetProperty("eos_token_id");
        int[] ends = eos.ValueKind == JsonValueKind.Array ? [.. eos.EnumerateArray().Select(id => id.GetInt32())] : [eos.GetInt32()];
        Check(model, inputs, expected["generated_ids_eos"], ends, withEnd.GetProperty("pad_token_id").GetInt32());
        record.Exact(1);
    }

    private static void Check(GoldenModel model, Dictionary<string, Tensor> inputs, Tensor expected, int[] eos, int pad)
    {
        var (ids, mask) = (inputs["input_ids"], inputs["attention_mask"].ToArray<long>());
        var (batch, length) = ((int)ids.Size(0), (int)ids.Size(1));
        var total = (int)expected.Size(1);
        var flat = ids.ToArray<long>();
        var options = new GenerationOptions { MaxNewTokens = total - length, EosTokenIds = eos };
        var requests = Enumerable.Range(0, batch).Select(row => new GenerationRequest
        {
            PromptTokenIds = [.. Enumerable.Range(row * length, length).Where(i => mask[i] != 0).Select(i => (int)flat[i])],
            Options = options,
        }).ToList();

        // Two rows at a time: the third waits until one of them has ended.
        var results = new TextGenerator(model.Llama, maxBatch: 2).Generate(requests);

        var rows = expected.ToArray<long>();
        for (var row = 0; row < batch; row++)
        {
            var tokens = results[row][0].TokenIds.Select(id => (long)id).ToList();
            tokens.AddRange(Enumerable.Repeat((long)pad, total - length - tokens.Count));
            Assert.Equal(rows[((row * total) + length)..((row + 1) * total)], tokens);
        }
    }
}
