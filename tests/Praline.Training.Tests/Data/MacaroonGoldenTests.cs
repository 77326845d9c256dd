using Praline.Data;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Training.Data;
using Praline.Training.Tasks;

namespace Praline.Training.Tests;

/// <summary>
/// MACAROON's rows as token ids and labels, on real tokenizers, against those that <c>tests/golden/macaroon/derive.py</c> derived from the published
/// data modules' steps with a tokenizer of its own.
/// </summary>
public sealed class MacaroonGoldenTests : IDisposable
{
    private const int NotLearnt = -100;

    private readonly string _folder = Directory.CreateTempSubdirectory("praline-macaroon-").FullName;

    public static TheoryData<string> Files => Golden.FileNames("macaroon");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Rows_become_the_published_ids_and_labels(string file)
    {
        Assert.SkipWhen(Golden.IsNone(file), "this golden folder has no such case");

        using var record = Golden.Record("macaroon", file);
        using var cases = JsonDocument.Parse(File.ReadAllText(Golden.PathOf("macaroon", file)));
        ImageFile.WritePng(Path.Combine(_folder, "image.png"), new RgbImage(40, 30));
        foreach (var tokenizer in cases.RootElement.EnumerateArray().GroupBy(c => c.GetProperty("tokenizer").GetString()!))
        {
            using var model = VisionLanguageModel.Load(Checkpoint(tokenizer.Key));
            var mark = model.Tokenizer.TokenToId(VisionLanguageModel.ImageMark)!.Value;
            foreach (var (number, @case) in tokenizer.Index())
            {
                var method = @case.GetProperty("method").GetString()!;
                var expected = @case.GetProperty("expected").EnumerateArray().Select(e => (Ids(e, "input_ids"), Ids(e, "labels"))).ToList();
                var actual = Sequences(model, method, @case.GetProperty("row").GetRawText(), mark);
                Assert.Equal(expected.Count, actual.Count);
                foreach (var ((ids, labels), (actualIds, actualLabels)) in expected.Zip(actual))
                {
                    Assert.True(ids.SequenceEqual(actualIds), $"{tokenizer.Key} {method} {number}: ids {string.Join(' ', actualIds)}, expected {string.Join(' ', ids)}");
                    Assert.True(labels.SequenceEqual(actualLabels), $"{tokenizer.Key} {method} {number}: labels {string.Join(' ', actualLabels)}");
                }
            }
        }
    }

    private static int[] Ids(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];

    /// <summary>Each response of the row's examples after its prompt, as training sees it.</summary>
    private List<(int[] Ids, int[] Labels)> Sequences(VisionLanguageModel model, string method, string row, int mark)
    {
        var data = Path.Combine(_folder, "data.jsonl");
        File.WriteAllText(data, row + "\n");
        var options = new TrainOptions { Method = method, DatasetPath = data, AnswerSuffix = " ", MaxLength = 4096, Lora = new() { TargetModules = ["q_proj"] } };
        using var trained = ModelSetup.Prepare(model, options);
        var builder = new ExampleBuilder(options, model, trained, null, default);
        Func<Sample, IReadOnlyList<IReadOnlyList<Answer>>> read = method switch
        {
            "crl" => sample => [sample.Conditional()],
            "dpo" => sample => [sample.Ranked()],
            _ => sample => [[sample.Plain()]],
        };
        return [.. builder.Build(builder.Read(data, read)).Examples.SelectMany(example => example.Packed.Responses.Select(response =>
        {
            int[] prompt = [.. example.Packed.Prompt.Ids.Select(id => id == PromptTokens.ImageToken ? mark : id)];
            int[] answer = [.. response.Ids];
            return ((int[])[.. prompt, .. answer], (int[])[.. Enumerable.Repeat(NotLearnt, prompt.Length), .. answer.Select((id, t) => response.Counted?[t] ?? true ? id : NotLearnt)]);
        }))];
    }

    /// <summary>A very small LLaVA-NeXT with a real tokenizer, which has LLaVA's two more tokens.</summary>
    private string Checkpoint(string tokenizer)
    {
        var folder = Path.Combine(_folder, tokenizer);
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Golden.PathOfHelper("llava_next", "one_image_mistral", name), Path.Combine(folder, name));
        }

        using var packed = new GZipStream(File.OpenRead(Golden.PathOfHelper("tokenizers", tokenizer, "tokenizer.json.gz")), CompressionMode.Decompress);
        var json = JsonNode.Parse(packed)!;
        foreach (var (content, id) in new[] { ("<image>", 32000), ("<pad>", 32001) })
        {
            json["added_tokens"]!.AsArray().Add(new JsonObject
            {
                ["id"] = id,
                ["content"] = content,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            });
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), json.ToJsonString());
        File.Copy(Golden.PathOfHelper("tokenizers", tokenizer, "tokenizer_config.json"), Path.Combine(folder, "tokenizer_config.json"));
        return folder;
    }
}
