using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Testing;

namespace Praline.Models.Tests.Checkpoints;

/// <summary>What a configuration asks for is computed, or refused by name; nothing is ignored.</summary>
public sealed class UnreadKeysTests
{
    [Theory]
    [InlineData("llama", "partial_rotary_factor", "0.5")]
    [InlineData("llama", "attn_logit_softcapping", "50.0")]
    [InlineData("llama", "layer_types", "[\"sliding_attention\"]")]
    [InlineData("llama", "attention_dropout", "0.1")]
    [InlineData("llama", "use_qk_norm", "true")]
    [InlineData("llama", "rope_scaling", "{\"rope_type\": \"linear\", \"factor\": 2, \"twist\": 3}")]
    [InlineData("qwen2", "final_logit_softcapping", "30")]
    [InlineData("qwen3", "quantization_config", "{\"quant_method\": \"awq\"}")]
    public void AKeyThatIsNotReadIsRefusedByName(string type, string key, string value)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], $$"""{"model_type": "{{type}}", "{{key}}": {{value}}}""");
        var message = Assert.Throws<PralineException>(() => LlamaConfig.Read(folder.Path)).Message;
        Assert.Contains(key, message);
        Assert.Contains("config.json", message);
        if (key == "rope_scaling")
        {
            Assert.Contains("\"rope_scaling.twist\"", message);
        }
    }

    [Theory]
    [InlineData("transformers_version", "\"9.9\"")]
    [InlineData("use_cache", "false")]
    [InlineData("attn_logit_softcapping", "null")]
    [InlineData("use_qk_norm", "false")]
    [InlineData("attention_dropout", "0.0")]
    [InlineData("partial_rotary_factor", "1")]
    public void AKeyThatChangesNothingIsNot(string key, string value)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], $$"""{"model_type": "llama", "{{key}}": {{value}}}""");
        Assert.Equal("llama", LlamaConfig.Read(folder.Path).ModelType);
    }

    public static TheoryData<string, string> Cases =>
        Golden.CasesOf("llama", "mistral", "qwen2", "qwen3", "llava15", "llava_next", "verified", "auroracap", "qwen3_vl");

    /// <summary>A key that no version of a class has, put into each object of each golden configuration.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void AnUnknownKeyIsFoundInEveryObject(string kind, string name)
    {
        var source = Golden.PathOf(kind, name);
        Assert.SkipWhen(Golden.IsNone(name) || !File.Exists(Path.Combine(source, "config.json")), "this golden folder has no such case");

        foreach (var path in (string[])["", "text_config", "vision_config", "rope_scaling", "text_config.rope_scaling"])
        {
            using var folder = new TemporaryFolder();
            foreach (var file in Directory.GetFiles(source, "*.json"))
            {
                File.Copy(file, folder[Path.GetFileName(file)]);
            }

            var config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!;
            var at = path.Split('.', StringSplitOptions.RemoveEmptyEntries).Aggregate((JsonNode?)config, (node, key) => node?[key]);
            if (at is not JsonObject found || (path == "vision_config" && kind == "auroracap"))
            {
                continue;
            }

            found["no_such_feature"] = 7;
            File.WriteAllText(folder["config.json"], config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
            var message = Assert.Throws<PralineException>(() => Read(kind, folder.Path)).Message;
            Assert.Contains($"\"{(path.Length == 0 ? "" : path + ".")}no_such_feature\"", message);
        }
    }

    private static void Read(string kind, string folder)
    {
        switch (JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!["model_type"]!.GetValue<string>())
        {
            case "llava" or "llava_next":
                LlavaConfig.Read(folder);
                break;
            case "qwen2_vl" or "qwen2_5_vl":
                Qwen2VlConfig.Read(folder);
                break;
            case "qwen3_vl":
                Praline.Models.Families.Qwen3VL.Qwen3VlConfig.Read(folder);
                break;
            case "clip_vision_model":
                Praline.Models.Vision.ClipVisionConfig.Read(folder);
                break;
            case "siglip_vision_model":
                Praline.Models.Vision.SiglipVisionConfig.Read(folder);
                break;
            default:
                Assert.NotEqual("llava15", kind);
                LlamaConfig.Read(folder);
                break;
        }
    }
}
