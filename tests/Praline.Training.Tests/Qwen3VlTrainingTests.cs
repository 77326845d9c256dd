using System.Text.Json;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;
using Praline.Training.Engine;
using Praline.Training.Lora;

namespace Praline.Training.Tests;

/// <summary>Preference training of Qwen3-VL on images: packed pairs with a deep stack and positions in three dimensions.</summary>
public sealed class Qwen3VlTrainingTests : IDisposable
{
    private const string Question = "What is this?", Chosen = "A red square.", Rejected = "I do not know it.";

    private readonly string _folder = Directory.CreateTempSubdirectory("praline-qwen3vl-").FullName;

    private static string Model => Golden.PathOfHelper("qwen3_vl", "images_two_sizes");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// The first step is the base itself: its loss is ln 2, its log-probabilities are those of each whole sequence by a plain forward pass. The adapter on all three parts merges.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DpoWithAnAdapterOnEveryPartBeginsAtTheBaseAndMerges(bool checkpointing)
    {
        var options = Options() with { GradientCheckpointing = checkpointing };
        var summary = TrainingSession.Run(options);
        Assert.Equal(0, summary.DroppedMicroBatches);
        using var first = JsonDocument.Parse(File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).First());
        Assert.Equal(Math.Log(2), first.RootElement.GetProperty("loss").GetDouble(), 6);

        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var model = VisionLanguageModel.Load(Model);
        Assert.Equal(LogProbability(model, Chosen), first.RootElement.GetProperty("logps/chosen").GetDouble(), 3);
        Assert.Equal(LogProbability(model, Rejected), first.RootElement.GetProperty("logps/rejected").GetDouble(), 3);

        using var adapter = LoraAdapter.Load(model, summary.Result);
        Assert.Equal([ModelPart.Language, ModelPart.VisionTower, ModelPart.Projector], adapter.Parts);
        Assert.Contains("model.visual.merger.linear_fc1", adapter.Modules);
        var merged = Path.Combine(_folder, "merged");
        MergeSession.Run(Model, summary.Result, merged);
        using var whole = VisionLanguageModel.Load(merged);
        Assert.Equal(LogProbability(model, Chosen), LogProbability(whole, Chosen), 3);
        using var plain = VisionLanguageModel.Load(Model);
        Assert.NotEqual(LogProbability(plain, Chosen), LogProbability(whole, Chosen), 3);
    }

    private TrainOptions Options()
    {
        ImageFile.WritePng(Path.Combine(_folder, "a.png"), Image());
        var rows = Path.Combine(_folder, "rows.jsonl");
        File.WriteAllText(rows, JsonSerializer.Serialize(
            new { prompt = $"<image>{Question}", chosen = Chosen, rejected = Rejected, images = new[] { "a.png" }, score_chosen = 8.0, score_rejected = 2.0 }) + "\n");
        return new TrainOptions
        {
            Method = "dpo",
            PretrainedPth = Model,
            DatasetPath = rows,
            DirPath = _folder,
            ModelDir = Path.Combine(_folder, "run"),
            LoraParts = ["language", "vision", "projector"],
            Lora = new LoraConfig { R = 4, LoraAlpha = 8, LoraDropout = 0, TargetModules = ["all-linear"] },
            Loop = new TrainerOptions { BatchSize = 1, AccumulationSteps = 1, NumEpochs = 4, LearningRate = 1e-2, Seed = 1 },
        };
    }

    private static RgbImage Image()
    {
        var image = new RgbImage(36, 24);
        new Random(3).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>Σ log p of an answer and its end after the question about the image, by one plain forward pass over the whole sequence.</summary>
    private static double LogProbability(VisionLanguageModel model, string answer)
    {
        var features = model.Encode([Image()]);
        var conversation = new ConversationWriter(model).Write(
            [new PromptMessage("user", [new PromptPart(null, 1), new PromptPart(Question)]), new PromptMessage("assistant", answer)], [1]);
        var prompt = model.EmbedPrompt(new PromptTokens(conversation.Ids), features);
        var logits = model.Language.Logits(model.Language.Forward(prompt.Embeddings.Unsqueeze(0), prompt.PositionIds!.Unsqueeze(1)));
        var logps = F.LogSoftmax(logits, -1).Select(0, 0); // [T, V]
        var said = conversation.IsAnswer.Count(is_ => is_);
        return Enumerable.Range(1, said).Sum(back =>
            (double)logps.Select(0, prompt.Length - back - 1).Select(0, conversation.Ids[^back]).Item<float>());
    }
}
