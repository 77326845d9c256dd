using Praline.Media;
using System.Text.Json;
using Praline.Models.Multimodal;
using Praline.Training.Data;
using Praline.Training.Engine;

namespace Praline.Training.Tests;

/// <summary>Supervised training of a tiny AuroraCap from random weights, whole and in stages.</summary>
public class SupervisedTrainingTests
{
    [Fact]
    public void Everything_learns_and_frozen_vision_goes_on()
    {
        using var world = new TinyWorld();
        var first = Options(world, "stage1") with { FromScratch = true, Train = ["language", "projector", "vision"] };
        var summary = TrainingSession.Run(first);
        var losses = Losses(first);
        Assert.Equal(summary.Steps, losses.Count);
        Assert.True(losses[^1] < 0.35 * losses[0], $"the loss went from {losses[0]} to {losses[^1]}");

        var second = Options(world, "stage2") with { PretrainedPth = summary.Result, Train = ["language"] };
        TrainingSession.Run(second);
        Assert.True(Losses(second)[0] < 1.5 * losses[^1], "the second stage begins where the first ended");

        // Frozen features, computed once, give the same first loss as features computed in the step.
        var third = Options(world, "stage3") with { PretrainedPth = summary.Result, Train = ["language", "projector", "vision"] };
        TrainingSession.Run(third);
        Assert.Equal(Losses(second)[0], Losses(third)[0], 5);
        var fourth = Options(world, "stage4") with { PretrainedPth = summary.Result, Train = ["projector"] };
        TrainingSession.Run(fourth);
        Assert.Equal(Losses(second)[0], Losses(fourth)[0], 5);
    }

    [Fact]
    public void A_lora_run_writes_adapters_that_load()
    {
        using var world = new TinyWorld();
        var options = Options(world, "lora") with { FromScratch = true, Train = ["lora"], Lora = new() { R = 4, LoraAlpha = 8 } };
        var summary = TrainingSession.Run(options);
        Assert.True(File.Exists(Path.Combine(summary.Result, "adapter_model.safetensors")));
        Assert.True(Losses(options)[^1] < Losses(options)[0]);
        using var model = AuroraCap.Create(world.Model, options.Loop.Seed);
        using var adapter = Praline.Training.Lora.LoraAdapter.Load(model.Language.Store, summary.Result);
        Assert.Equal(14, adapter.Modules.Count());
    }

    [Fact]
    public void Interrupted_runs_end_with_the_same_bytes()
    {
        using var world = new TinyWorld();
        TrainOptions For(string name) => Options(world, name) with
        {
            FromScratch = true,
            Train = ["language", "projector", "vision"],
            Loop = Options(world, name).Loop with { NumEpochs = 3, SaveSteps = 2, LearningRate = 1e-3 },
        };
        var whole = For("whole");
        var summary = TrainingSession.Run(whole);
        var broken = For("broken");
        for (var step = 1; step <= summary.Steps; step += 3)
        {
            using var stop = new CancellationTokenSource();
            var at = step;
            try
            {
                TrainingSession.Run(broken, new Immediate(p => { if (p.Kind == TrainEventKind.Step && p.Step == at) stop.Cancel(); }), stop.Token);
            }
            catch (OperationCanceledException)
            {
                // as asked
            }
        }

        var resumed = TrainingSession.Run(broken);
        Assert.Equal(File.ReadAllText(Path.Combine(whole.ModelDir, "metrics.jsonl")), File.ReadAllText(Path.Combine(broken.ModelDir, "metrics.jsonl")));
        foreach (var file in Directory.GetFiles(summary.Result, "*.safetensors", SearchOption.AllDirectories))
        {
            var other = Path.Combine(resumed.Result, Path.GetRelativePath(summary.Result, file));
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other)), file);
        }
    }

    /// <summary>Learning two answers of a conversation is learning each behind its own prompt: Σ log π adds up.</summary>
    [Fact]
    public void Chosen_turns_are_learnt()
    {
        using var world = new TinyWorld(2);
        var rows = Path.Combine(world.Data, "turns.jsonl");
        File.WriteAllLines(rows, Enumerable.Range(0, 2).Select(i => JsonSerializer.Serialize(new
        {
            id = $"turns{i}",
            video = $"v{i}.mp4",
            conversations = new[]
            {
                new { from = "human", value = "<image>\nWhat moves?" }, new { from = "gpt", value = "A red square." },
                new { from = "human", value = "Where to?" }, new { from = "gpt", value = "It moves to the left." },
                new { from = "human", value = "Is it big?" }, new { from = "gpt", value = "It is big, it is." },
            },
        })));
        (double Loss, double Tokens) First(string name, params string[] turns)
        {
            var options = Options(world, name) with
            {
                DatasetPath = rows,
                DirPath = world.Data,
                FromScratch = true,
                LearnTurns = turns,
                Loop = Options(world, name).Loop with { NumEpochs = 1, BatchSize = 2 },
            };
            TrainingSession.Run(options);
            var row = JsonDocument.Parse(File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).First()).RootElement;
            return (row.GetProperty("loss").GetDouble(), row.GetProperty("learnt_tokens").GetDouble());
        }

        var single = Enumerable.Range(1, 3).Select(turn => First($"turn{turn}", $"{turn}")).ToArray();
        var (all, some, last) = (First("all", "all"), First("some", "1", "3"), First("last", "last"));
        Assert.Equal(single[2], last);
        Assert.Equal(single.Sum(s => s.Tokens), all.Tokens);
        Assert.Equal(single.Sum(s => s.Loss * s.Tokens), all.Loss * all.Tokens, 3);
        Assert.Equal(single[0].Tokens + single[2].Tokens, some.Tokens);
        Assert.Equal((single[0].Loss * single[0].Tokens) + (single[2].Loss * single[2].Tokens), some.Loss * some.Tokens, 3);
        Assert.Contains("the answers that learn_turns names (4)", Assert.Throws<PralineException>(() => First("four", "4")).Message);
        Assert.Contains("last, all or numbers", Assert.Throws<PralineException>(() => First("bad", "fist")).Message);
    }

    internal static TrainOptions Options(TinyWorld world, string name) => new()
    {
        Method = "sft",
        PretrainedPth = world.Model,
        DatasetPath = world.SupervisedRows,
        ModelDir = Path.Combine(world.Folder, "runs", name),
        Frames = new FrameSampling { MinFrames = 2, MaxFrames = 2 },
        Loop = new TrainerOptions { NumEpochs = 12, BatchSize = 3, AccumulationSteps = 1, LearningRate = 5e-3, WarmupSteps = 2, MaxGradNorm = 1, SaveSteps = 0 },
    };

    internal static List<double> Losses(TrainOptions options) =>
    [
        .. File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(row => row.TryGetProperty("loss", out _)).Select(row => row.GetProperty("loss").GetDouble()),
    ];

    private sealed class Immediate(Action<TrainProgress> report) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => report(value);
    }
}
