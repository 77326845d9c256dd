using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Text.Tokenizers;
using Praline.Torch;
using Praline.Torch.Serialization;
using Praline.Training.Engine;
using Praline.Training.Lora;

namespace Praline.Training.Tests;

/// <summary>Every method trains on a language model alone, from rows of text as UltraFeedback's: a prompt, and both answers as message lists.</summary>
public sealed class TextTrainingTests : IDisposable
{
    private static readonly (string Prompt, string Chosen, string Rejected)[] Rows =
        [("What is red?", "The apple is red.", "I do not know it."), ("Name a tree.", "An oak is a tree.", "A stone."), ("Count to three.", "One two three.", "One one one one.")];

    private readonly string _folder = Directory.CreateTempSubdirectory("praline-text-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("llama", "gqa_untied", "synpo")]
    [InlineData("llama", "tied_theta5e5", "dpo")]
    [InlineData("mistral", "sliding5", "dpo")]
    [InlineData("mistral", "nosliding_headdim32", "simpo")]
    [InlineData("llama", "bias", "orpo")]
    [InlineData("llama", "gqa_untied", "kto")]
    [InlineData("mistral", "sliding5", "sft")]
    [InlineData("verified", "qwen2", "dpo")]
    [InlineData("verified", "qwen2", "synpo")]
    [InlineData("qwen3", "sliding", "dpo")]
    public void Trains_on_text(string family, string golden, string method)
    {
        var options = Options(Checkpoint(family, golden), method);
        var summary = TrainingSession.Run(options);
        Assert.Equal(0, summary.DroppedMicroBatches);
        Assert.True(File.Exists(Path.Combine(summary.Result, "adapter_model.safetensors")));
        using var first = JsonDocument.Parse(File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).First());
        if (method == "dpo")
        {
            // The first step is the base itself: log-probabilities are those of each whole sequence by a plain forward pass, and the loss is ln 2.
            Assert.Equal(Math.Log(2), first.RootElement.GetProperty("loss").GetDouble(), 6);
            Assert.Equal(Rows.Average(r => LogProbability(options.PretrainedPth, r.Prompt, r.Chosen)), first.RootElement.GetProperty("logps/chosen").GetDouble(), 3);
            Assert.Equal(Rows.Average(r => LogProbability(options.PretrainedPth, r.Prompt, r.Rejected)), first.RootElement.GetProperty("logps/rejected").GetDouble(), 3);
        }
    }

    [Fact]
    public void Is_profiled_and_merged()
    {
        var options = Options(Checkpoint("llama", "gqa_untied"), "synpo").Profiled();
        var summary = TrainingSession.Run(options);
        using var row = JsonDocument.Parse(File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).First());
        Assert.True(row.RootElement.GetProperty("grad_norm/rejected").GetDouble() > 0);
        MergeSession.Run(options.PretrainedPth, summary.Result, At("merged"));
        using var merged = VisionLanguageModel.Load(At("merged"));
        Assert.False(merged.HasVision);
    }

    /// <summary>DPO that continues an SFT adapter starts from ln 2, as TRL's does; against the bare base it does not, and folders give the same as names.</summary>
    [Fact]
    public void The_reference_is_the_adapter_as_loaded_or_what_is_named()
    {
        var options = Options(Checkpoint("llama", "gqa_untied"), "sft");
        var adapter = TrainingSession.Run(options with { ModelDir = At("sft"), Loop = options.Loop with { LearningRate = 1e-2 } }).Result;
        (double Loss, double Chosen) First(string reference)
        {
            var run = At($"dpo-{Path.GetFileName(reference)}");
            TrainingSession.Run(options with { Method = "dpo", ModelDir = run, AdapterPath = adapter, Reference = reference });
            using var row = JsonDocument.Parse(File.ReadLines(Path.Combine(run, "metrics.jsonl")).First());
            return (row.RootElement.GetProperty("loss").GetDouble(), row.RootElement.GetProperty("rewards/chosen").GetDouble());
        }

        var start = First("start");
        Assert.Equal(Math.Log(2), start.Loss, 6);
        Assert.Equal(0, start.Chosen, 6);
        Assert.Equal(start, First(adapter));
        var bare = First("base");
        Assert.True(Math.Abs(bare.Loss - Math.Log(2)) > 1e-4 && bare.Chosen > 1e-3, $"{bare}");
        Assert.Equal(bare, First(options.PretrainedPth));
        MergeSession.Run(options.PretrainedPth, adapter, At("merged"));
        Assert.Equal(start.Loss, First(At("merged")).Loss, 5);
        Assert.Contains("start, base or the folder", Assert.Throws<PralineException>(() => First("nowhere")).Message);
        Assert.Contains("train (language) has no lora", Assert.Throws<PralineException>(
            () => TrainingSession.Run(options with { Method = "dpo", ModelDir = At("whole"), AdapterPath = adapter, Train = ["language"] })).Message);

        // An adapter that stores a module whole: the base is not what is left with the adapter off.
        Directory.CreateDirectory(At("replacing"));
        foreach (var file in Directory.GetFiles(adapter))
        {
            File.Copy(file, At(Path.Combine("replacing", Path.GetFileName(file))));
        }

        using (var scope = new TensorScope())
        {
            var weights = SafetensorsFile.Load(Path.Combine(options.PretrainedPth, "model.safetensors"));
            SafetensorsWriter.Write(At("replacing/adapter_model.safetensors"), SafetensorsFile.Load(Path.Combine(adapter, "adapter_model.safetensors"))
                .Append(KeyValuePair.Create("base_model.model.model.norm.weight", weights["model.norm.weight"] * 1.5)).ToDictionary(t => t.Key, t => t.Value));
        }

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(adapter, "adapter_config.json")))!.AsObject();
        config["modules_to_save"] = new JsonArray("norm");
        File.WriteAllText(At("replacing/adapter_config.json"), config.ToJsonString());
        Assert.Contains("replaces whole modules", Assert.Throws<PralineException>(
            () => TrainingSession.Run(options with { Method = "dpo", ModelDir = At("replaced"), AdapterPath = At("replacing"), Reference = "base" })).Message);
        Assert.Contains("set reference to base", Assert.Throws<PralineException>(
            () => TrainingSession.Run(options with { Method = "tdpo", ModelDir = At("tdpo"), AdapterPath = adapter })).Message);
    }

    [Fact]
    public void A_row_with_a_medium_is_refused()
    {
        var options = Options(Checkpoint("llama", "gqa_untied"), "dpo");
        ImageOf(At("a.png"));
        File.AppendAllLines(options.DatasetPath, ["""{"prompt": "<image>What is it?", "chosen": "Red.", "rejected": "Blue.", "images": ["a.png"]}"""]);
        var error = Assert.Throws<PralineException>(() => TrainingSession.Run(options));
        Assert.Contains("line 4", error.Message);
        Assert.Contains("language model", error.Message);
    }

    private static void ImageOf(string path) => Media.ImageFile.WritePng(path, new Media.RgbImage(2, 2, new byte[12]));

    private string At(string name) => Path.Combine(_folder, name);

    private TrainOptions Options(string model, string method)
    {
        static object[] Messages(string prompt, string answer) => [new { role = "user", content = prompt }, new { role = "assistant", content = answer }];
        File.WriteAllLines(At("rows.jsonl"), Rows.Select(r => JsonSerializer.Serialize(
            new { prompt = r.Prompt, chosen = Messages(r.Prompt, r.Chosen), rejected = Messages(r.Prompt, r.Rejected), score_chosen = 8.5, score_rejected = 3.0 })));
        return new TrainOptions
        {
            Method = method,
            PretrainedPth = model,
            DatasetPath = At("rows.jsonl"),
            ModelDir = At("run"),
            Lora = new LoraConfig { R = 4, LoraDropout = 0 },
            Loop = new TrainerOptions { BatchSize = 3, AccumulationSteps = 1, NumEpochs = 2, LearningRate = 1e-3, Seed = 1 },
        };
    }

    /// <summary>Σ log p of answer and end token after the prompt, by one plain forward pass over the whole sequence.</summary>
    private static double LogProbability(string folder, string prompt, string answer)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var model = VisionLanguageModel.Load(folder);
        int[] before = [.. model.Tokenize(model.FormatPrompt(prompt, 0)).Ids], ids = [.. before, .. model.TokenizeAnswer(answer)];
        using var tokens = Tensor.From<long>([.. ids.Select(i => (long)i)], 1, ids.Length);
        var language = model.Language;
        var logits = language.Logits(language.Forward(
            language.Embed(tokens), Tensor.Arange(0, ids.Length).Unsqueeze(0), Tensor.Ones([1, ids.Length]).Ne(0))); // [1, T, V]
        var logps = F.LogSoftmax(logits, -1);
        return Enumerable.Range(before.Length, ids.Length - before.Length).Sum(t => (double)logps.Select(0, 0).Select(0, t - 1).Select(0, ids[t]).Item<float>());
    }

    /// <summary>The golden case's weights with another vocabulary, a tokenizer for it, and fresh embeddings.</summary>
    private string Checkpoint(string family, string golden)
    {
        using var scope = new TensorScope();
        var folder = Directory.CreateDirectory(At("model")).FullName;
        var tokenizer = BpeTrainer.Train([.. Rows.SelectMany(r => new[] { r.Prompt, r.Chosen, r.Rejected })], 300);
        tokenizer.Save(folder);
        var source = Golden.PathOf(family, golden);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        var known = config["vocab_size"]!.GetValue<int>();
        config["vocab_size"] = tokenizer.VocabularySize;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        using var generator = new Generator(1);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), SafetensorsFile.Load(Path.Combine(source, "model.safetensors")).ToDictionary(
            t => t.Key, t => t.Value.Shape is [var rows, var width] && rows == known ? Tensor.Randn([tokenizer.VocabularySize, width], generator) * 0.05 : t.Value));
        return folder;
    }
}
