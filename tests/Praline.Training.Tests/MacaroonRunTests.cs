using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Text.Tokenizers;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;
using Praline.Training.Configuration;

namespace Praline.Training.Tests;

/// <summary>MACAROON's own YAML files, from the file to the result, on very small LLaVA-1.6 checkpoints.</summary>
public sealed class MacaroonRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-macaroon-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("CRL", "llava")]
    [InlineData("SFT", "llava")]
    [InlineData("Multiturn", "llava")]
    [InlineData("dpo", "llava_dpo")]
    public void Its_configurations_train_llava_next(string module, string model)
    {
        foreach (var golden in Golden.Cases("llava_next").Take(1))
        {
            var checkpoint = Checkpoint(golden);
            WriteData(module);
            var config = Path.Combine(_folder, "config", $"config_{module}.yml");
            Directory.CreateDirectory(Path.GetDirectoryName(config)!);
            File.WriteAllText(config, $"""
                data:
                  data_module: DataModule_{module}
                  eval_module: EvalModule
                  preference_data_path: ../data/preference.json
                  VLfeedback_data_path: ../data/general.json
                  eval_data_path: ../data/evaluation.jsonl
                model:
                  model_module: {model}
                training:
                  epochs: 2
                  accumulate_grad_batches: 3
                  weight_decay: 0.01
                  learning_rate: 0.01 # 0.002
                output_dir: ../out
                eval_output_path: ../out/eval.jsonl
                """);
            var options = YamlSettings.Load(config, new TrainOptions { PretrainedPth = checkpoint });
            var summary = TrainingSession.Run(options);
            Assert.Equal(0, summary.DroppedMicroBatches);
            Assert.True(summary.Steps >= 4);
            Assert.All(
                File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement),
                row => Assert.True(double.IsFinite(row.GetProperty("loss").GetDouble()) && row.GetProperty("grad_norm").GetDouble() > 0));

            // DPO trains the last layers whole, the others an adapter on the language model and on CLIP, whose layers the same names match.
            var isWhole = module == "dpo";
            using var before = VisionLanguageModel.Load(checkpoint);
            using var after = VisionLanguageModel.Load(isWhole ? summary.Result : checkpoint);
            using var adapter = isWhole ? null : Praline.Training.Lora.LoraAdapter.Load(after, summary.Result);
            adapter?.MergeInto();
            Assert.NotEqual(before.Fingerprint, after.Fingerprint);
            Assert.Equal(isWhole, before.VisionFingerprint == after.VisionFingerprint);
        }
    }

    private static string Turns(string module, int row) => module switch
    {
        "CRL" => row % 2 == 0 ? """{"preferred": "It is red."}""" : """{"rejected": "I know."}""",
        "SFT" => """{"preferred": "It is red."}""",
        "Multiturn" => "\"Which one?\"",
        _ => """{"preferred": "It is red.", "rejected": "I know."}""",
    };

    private void WriteData(string module)
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        var image = Path.Combine(data, "image.png");
        var picture = new RgbImage(40, 30);
        new Random(1).NextBytes(picture.Pixels);
        ImageFile.WritePng(image, picture);
        string Row(int i) => $$"""
            {"id": "{{i}}", "image": "{{image}}", "conversations": [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": {{Turns(module, i)}}}{{(
                module == "Multiturn" ? """, {"from": "human", "value": "The left one."}, {"from": "gpt", "value": "It is red."}""" : "")}}]}
            """;
        File.WriteAllText(Path.Combine(data, "preference.json"), $"[{string.Join(",", Enumerable.Range(0, 4).Select(Row))}]");
        File.WriteAllText(Path.Combine(data, "general.json"), $"[{string.Join(",", Enumerable.Range(4, 2).Select(Row))}]");
    }

    /// <summary>The reference case's model with another vocabulary, a tokenizer for it, and fresh embeddings.</summary>
    private string Checkpoint(string golden)
    {
        using var scope = new TensorScope();
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        var tokenizer = BpeTrainer.Train(["[INST] What is it? [/INST]", "good It is red.", "bad I know.", "The left one. Which one?"], 300);
        tokenizer.Save(folder);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(golden, "config.json")))!.AsObject();
        var known = config["text_config"]!["vocab_size"]!.GetValue<int>();
        config["text_config"]!["vocab_size"] = tokenizer.VocabularySize;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        using var generator = new Generator(1);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), SafetensorsFile.Load(Path.Combine(golden, "model.safetensors")).ToDictionary(
            t => t.Key, t => t.Value.Shape is [var rows, var width] && rows == known ? Tensor.Randn([tokenizer.VocabularySize, width], generator) * 0.05 : t.Value));
        return folder;
    }
}
