using System.Globalization;
using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Verification;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Verification;

/// <summary>
/// <c>praline verify</c> on the golden cases, which are checkpoints with their numbers beside them: what it compares holds, and a changed
/// weight or number is found.
/// </summary>
public class CheckpointVerifierGoldenTests
{
    public static TheoryData<string, string> Cases => Golden.CasesOf("llama", "mistral", "qwen2", "qwen3", "clip_vision", "llava15", "llava_next", "auroracap");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Golden_cases_verify(string kind, string name)
    {
        Assert.SkipWhen(Golden.IsNone(name) || !File.Exists(Golden.PathOf(kind, name, "config.json")), "this golden folder has no such case");

        using var record = Golden.Record(kind, name);
        var compared = new List<string>();
        foreach (var options in Options(kind, name))
        {
            foreach (var quantity in CheckpointVerifier.Verify(Golden.PathOf(kind, name), options))
            {
                if (quantity.LargestDifference is { } difference)
                {
                    Assert.True(quantity.Holds, $"{kind}/{name}: {quantity}");
                    Close.Equal([0.0], [difference], quantity.Tolerance == "exact" ? 0 : 1, 0, $"verify {quantity.Name}");
                    compared.Add(quantity.Name);
                }
            }
        }

        string[] expected = kind switch
        {
            "clip_vision" => ["last_hidden_state", "pooler_output"],
            "auroracap" => [],
            "llava15" or "llava_next" => ["inputs_embeds", "logits", "loss"],
            _ => ["logits", "loss", "logits_posids", "generated_ids"],
        };
        Assert.Subset(compared.ToHashSet(), expected.ToHashSet());
        Assert.NotEmpty(compared);
    }

    public static TheoryData<string, string> Verified => Golden.CasesOf("verified", "qwen3_vl");

    /// <summary>
    /// Checkpoints and numbers that scripts/reference-check had transformers 4.50 and 5.6 make (Qwen2-VL and Qwen2.5-VL, names of version 5), and Qwen3-VL's of 5.12.1:
    /// features, deep-stack features, positions, logits, loss, gradients and greedy ids.
    /// </summary>
    [Theory]
    [MemberData(nameof(Verified))]
    public void Golden_checkpoints_of_the_reference_check_hold_in_every_number(string kind, string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record(kind, name);
        foreach (var quantity in CheckpointVerifier.Verify(Golden.PathOf(kind, name)))
        {
            Assert.True(quantity.Holds, $"{kind}/{name}: {quantity}");
            Close.Equal([0.0], [quantity.LargestDifference!.Value], quantity.Tolerance == "exact" ? 0 : 1, 0, $"verify {quantity.Name}");
        }
    }

    [Fact]
    public void Tokenizers_are_compared_with_tokens_beside_them()
    {
        using var folder = new TemporaryFolder();
        var source = Path.Combine(Golden.RepositoryRoot, "models", "small-captioner");
        foreach (var file in Directory.GetFiles(source, "tokenizer*"))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var tokenizer = Text.Tokenizers.Tokenizer.Load(folder.Path);
        var ids = string.Join(", ", tokenizer.Encode("A small red circle"));
        File.WriteAllText(folder["tokens.json"], $$"""[{"text": "A small red circle", "ids": [{{ids}}], "decoded_skip_special": "A small red circle"}]""");
        Assert.True(Assert.Single(CheckpointVerifier.Verify(folder.Path)).Holds);
        File.WriteAllText(folder["tokens.json"], $$"""[{"text": "A small red square", "ids": [{{ids}}]}, {"text": "A", "ids_no_special": [1, 2, 3]}]""");
        var wrong = Assert.Single(CheckpointVerifier.Verify(folder.Path));
        Assert.False(wrong.Holds);
        Assert.Contains("2 of 2 comparisons differ; first: ids of \"A small red square\"", wrong.Note);
        File.WriteAllText(folder["tokens.json"], """[{"text": "A", "decoded": "A"}]""");
        Assert.Contains("item 0", Assert.Throws<PralineException>(() => CheckpointVerifier.Verify(folder.Path)).Message);
    }

    [Fact]
    public void What_differs_or_is_not_known_is_said()
    {
        if (Golden.Cases("llama") is not [var golden, ..])
        {
            Assert.Skip("this golden folder has no llama case");
            return;
        }

        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(golden))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var model = LlamaConfig.Read(folder.Path);
        var expected = SafetensorsFile.Load(folder["expected.safetensors"]);
        var state = expected.Keys.First(name => name.StartsWith("hidden_states.", StringComparison.Ordinal));
        var worse = expected["logits"].Clone();
        worse.Select(0, worse.Size(0) - 1).Select(0, worse.Size(1) - 1).Narrow(0, 0, 1).CopyInPlace(Tensor.Full([1], 99));
        SafetensorsWriter.Write(folder["expected.safetensors"], new Dictionary<string, Tensor>
        {
            ["logits"] = worse,
            ["generated_ids"] = expected["generated_ids"] + 1L,
            [state] = expected[state].Narrow(1, 0, 2),
            ["attentions.0"] = Tensor.Ones([2]),
            ["grad.model.norm.weight"] = Tensor.Ones([model.HiddenSize]),
        });

        var result = CheckpointVerifier.Verify(folder.Path).ToDictionary(quantity => quantity.Name);
        Assert.All(result.Values, quantity => Assert.False(quantity.Holds));
        Assert.True(result["logits"].LargestDifference > 50);
        Assert.True(result["grad.model.norm.weight"].LargestDifference > 0.5);
        Assert.Equal(1, result["generated_ids"].LargestDifference);
        Assert.Contains("expected [", result[state].Note);
        Assert.Contains("not compared", result["attentions.0"].Note);

        File.Delete(folder["inputs.safetensors"]);
        Assert.Contains("docs/checkpoints.md", Assert.Throws<PralineException>(() => CheckpointVerifier.Verify(folder.Path)).Message);
    }

    private static IEnumerable<VerificationOptions> Options(string kind, string name)
    {
        if (kind != "auroracap")
        {
            return [new VerificationOptions()];
        }

        return SafetensorsFile.Open(Golden.PathOf(kind, name, "expected.safetensors")).Tensors.Keys
            .Where(key => key.EndsWith(".projected", StringComparison.Ordinal))
            .Select(key => new VerificationOptions
            {
                Load = new LoadOptions { TokenKeptRatio = double.Parse(key["ratio".Length..^".projected".Length], CultureInfo.InvariantCulture) },
            });
    }
}
