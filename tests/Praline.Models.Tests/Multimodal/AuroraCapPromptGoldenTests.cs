using System.Text.Json;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Multimodal;

/// <summary>Prompts and answers as SynPO's data collator builds them (tests/golden/auroracap/prompts_TOKENIZER.json).</summary>
public class AuroraCapPromptGoldenTests
{
    public static TheoryData<string> Files => Golden.FileNames("auroracap", "prompts_*.json");

    [Theory]
    [MemberData(nameof(Files))]
    public void Equal_the_original(string file)
    {
        Assert.SkipWhen(Golden.IsNone(file), "this golden folder has no such case");

        using var record = Golden.Record("auroracap", file);
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var name = Path.GetFileNameWithoutExtension(file)["prompts_".Length..];
        TinyModels.AuroraCap(folder["model"]);
        GoldenTokenizers.CopyTo(folder["model"], name);
        using var model = AuroraCap.Create(folder["model"], seed: 1);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("auroracap", file)));

        foreach (var expected in json.RootElement.GetProperty("prompts").EnumerateArray())
        {
            var (question, frames) = (expected.GetProperty("question").GetString()!, expected.GetProperty("frames").GetInt32());
            var text = model.FormatPrompt(question, frames);
            Assert.Equal(expected.GetProperty("prompt").GetString(), text);
            Assert.Equal(expected.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()), model.Tokenize(text).Ids);
            record.Exact(2);
        }

        foreach (var expected in json.RootElement.GetProperty("answers").EnumerateArray())
        {
            Assert.Equal(
                expected.GetProperty("answer_ids").EnumerateArray().Select(id => id.GetInt32()),
                model.TokenizeAnswer(expected.GetProperty("text").GetString()!));
            record.Exact();
        }
    }
}
