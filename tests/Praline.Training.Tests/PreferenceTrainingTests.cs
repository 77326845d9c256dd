using Praline.Media;
using System.Text.Json;
using Praline.Models.Multimodal;
using Praline.Training.Data;
using Praline.Training.Engine;

namespace Praline.Training.Tests;

/// <summary>Preference runs on a tiny AuroraCap from its options to its files.</summary>
public class PreferenceTrainingTests
{
    [Theory]
    [InlineData("synpo")]
    [InlineData("dpo")]
    [InlineData("kto")]
    [InlineData("listwise_rrhf")]
    public void Runs_widen_the_margin(string method)
    {
        using var world = new TinyWorld();
        var options = Options(world, method);
        var summary = TrainingSession.Run(options);
        var rows = Rows(options);
        Assert.Equal(summary.Steps, rows.Count);
        double Margin(JsonElement row) => row.GetProperty("rewards/chosen").GetDouble() - row.GetProperty("rewards/rejected").GetDouble();
        Assert.True(Margin(rows[^1]) > Margin(rows[0]), $"{Margin(rows[0])} → {Margin(rows[^1])}");
        Assert.True(File.Exists(Path.Combine(summary.Result, "adapter_model.safetensors")));
        Assert.Equal(0, summary.DroppedMicroBatches);
        Assert.All(rows, row => Assert.Equal(Margin(row), row.GetProperty("rewards/margins").GetDouble(), 5));
    }

    [Theory]
    [InlineData("synpo")]
    [InlineData("dpo")]
    [InlineData("sft")]
    public void Profiles_trace_both_sides(string method)
    {
        using var world = new TinyWorld(3);
        var options = Options(world, method).Profiled();
        options = options with { Loop = options.Loop with { AccumulationSteps = 3, NumEpochs = 2 } };
        TrainingSession.Run(options);
        foreach (var row in Rows(options))
        {
            Assert.True(row.GetProperty("grad_norm/chosen").GetDouble() > 0);
            Assert.True(row.GetProperty("grad_norm/rejected").GetDouble() > 0);
            Assert.True(row.GetProperty("f_norm/chosen").GetDouble() > 0);
        }

        var measured = options with { EvalSplit = 0.34, ModelDir = options.ModelDir + "-measured" };
        Assert.Equal(Path.Combine(measured.ModelDir, "best"), TrainingSession.Run(measured).Result);
    }

    /// <summary>Every kind of training is profiled; a side that the rows don't have is left out of the log, not zero in it.</summary>
    [Theory]
    [InlineData("aot", true, true)]
    [InlineData("kto", true, true)]
    [InlineData("bco", true, true)]
    [InlineData("listwise_dpo", true, true)]
    [InlineData("crl", true, true)]
    [InlineData("sft", true, true)] // of pairs: the rejected answers are looked at
    [InlineData("sft", true, false)]
    [InlineData("multiturn", true, false)]
    public void Any_method_is_profiled(string method, bool chosen, bool rejected)
    {
        using var world = new TinyWorld(2);
        var options = Options(world, method).Profiled();
        options = rejected ? options : options with { DatasetPath = world.SupervisedRows };
        Assert.Equal(0, TrainingSession.Run(options).DroppedMicroBatches);
        var logged = Rows(options);
        foreach (var (side, expected) in new[] { ("chosen", chosen), ("rejected", rejected) })
        {
            foreach (var what in new[] { "rewards", "grad_norm", "f_norm", "loss_grad_norm" })
            {
                Assert.Equal(expected, logged.Any(row => row.TryGetProperty($"{what}/{side}", out var value) && double.IsFinite(value.GetDouble())));
            }
        }
    }

    [Theory]
    [InlineData("dpo", 4)]
    [InlineData("simpo", 4)]
    [InlineData("sft", 4)]
    [InlineData("kto", 8)]
    [InlineData("bco", 8)]
    [InlineData("listwise_dpo", 4)]
    public void Held_out_rows_choose_the_best_epoch(string method, int examples)
    {
        using var world = new TinyWorld();
        var options = Options(world, method) with { EvalSplit = 0.34 };
        var summary = TrainingSession.Run(options);
        var evaluations = File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(r => r.TryGetProperty("eval/loss", out _)).ToList();
        Assert.Equal(options.Loop.NumEpochs, evaluations.Count);
        Assert.Equal(examples, summary.Examples);
        var best = evaluations.MinBy(e => e.GetProperty("eval/loss").GetDouble()).GetProperty("step").GetInt32();
        Assert.Equal(best, summary.BestStep);
        Assert.Equal(Path.Combine(options.ModelDir, "best"), summary.Result);
    }

    [Fact]
    public void Merged_checkpoints_say_what_the_adapter_says()
    {
        using var world = new TinyWorld(3);
        var based = SupervisedTrainingTests.Options(world, "base") with { FromScratch = true, Train = ["language", "projector", "vision"], Loop = SupervisedTrainingTests.Options(world, "base").Loop with { NumEpochs = 1 } };
        var trained = TrainingSession.Run(based);
        var options = Options(world, "synpo") with { PretrainedPth = trained.Result, FromScratch = false, Train = ["lora", "projector"] };
        var summary = TrainingSession.Run(options);
        var merged = Path.Combine(world.Folder, "merged");
        MergeSession.Run(trained.Result, summary.Result, merged);
        using var scope = new Torch.TensorScope();
        using var model = AuroraCap.Load(trained.Result);
        using var whole = AuroraCap.Load(merged);
        using var adapter = Praline.Training.Lora.LoraAdapter.Load(model.Language.Store, summary.Result);
        var ids = Torch.Tensor.From<long>([1, 5, 6, 7], 1, 4);
        Torch.Tensor Logits(AuroraCap m) => m.Language.Logits(m.Language.Forward(m.Language.Embed(ids), Torch.Tensor.Arange(0, 4).Unsqueeze(0)));
        Praline.Testing.Close.Equal(Logits(model), Logits(whole), 1e-5, 1e-5, "logits");
        var pixels = Torch.Tensor.Zeros([1, 3, 28, 28]);
        Assert.NotEqual(model.EncodePixels(pixels).Sum().Item<float>(), whole.EncodePixels(pixels).Sum().Item<float>());
    }

    [Fact]
    public void The_whole_data_set_is_checked_before_the_first_step()
    {
        using var world = new TinyWorld(2);
        File.AppendAllLines(world.PairRows,
        [
            """{"video_name": "nowhere", "pos_pre": "a", "neg_pre": "b", "pos_score": 9, "neg_score": 1}""",
            """{"video_name": "v0", "pos_pre": "same", "neg_pre": "same ", "pos_score": 9, "neg_score": 1}""",
            """{"video_name": "v1", "pos_pre": " ", "neg_pre": "b", "pos_score": 9, "neg_score": 1}""",
        ]);
        var options = Options(world, "synpo");
        var error = Assert.Throws<PralineException>(() => TrainingSession.Run(options));
        Assert.Contains("nowhere", error.Message);
        Assert.Contains("different answers, found the same one twice", error.Message);
        Assert.Contains("an answer, found an empty one", error.Message);
        Assert.Contains("skip_bad_rows", error.Message);
        var skipping = options with { SkipBadRows = true, ModelDir = options.ModelDir + "2" };
        var skipped = TrainingSession.Run(skipping);
        Assert.Equal((2, 3), (skipped.Examples, skipped.LeftOutRows));
        Assert.Contains("different answers, found the same one twice", File.ReadAllText(Path.Combine(skipping.ModelDir, "left_out.jsonl")));
        var tooLong = skipping with { MaxLength = 5, ModelDir = options.ModelDir + "3" };
        Assert.Contains("nothing to train on", Assert.Throws<PralineException>(() => TrainingSession.Run(tooLong)).Message);
        File.WriteAllLines(world.PairRows, File.ReadLines(world.PairRows).Take(2).ToArray());
        Assert.Contains("at most max_length (5) tokens", Assert.Throws<PralineException>(
            () => TrainingSession.Run(tooLong with { SkipBadRows = false, ModelDir = options.ModelDir + "4" })).Message);
    }

    [Fact]
    public void Cached_features_equal_computed_ones()
    {
        using var world = new TinyWorld(3);
        var options = Options(world, "synpo");
        string Metrics(string name, TrainOptions run)
        {
            var there = run with { ModelDir = options.ModelDir + name };
            TrainingSession.Run(there);
            return File.ReadAllText(Path.Combine(there.ModelDir, "metrics.jsonl"));
        }

        var computed = Metrics("1", options);
        var cache = Path.Combine(world.Folder, "features");
        Assert.Equal(computed, Metrics("2", options with { VisionCache = cache }));
        int Entries() => Directory.GetFiles(cache, "*.safetensors", SearchOption.AllDirectories).Length;
        Assert.Equal(3, Entries());

        // Nothing in memory: every step reads the files.
        Assert.Equal(computed, Metrics("3", options with { VisionCache = cache, FeatureMemoryBytes = 0 }));
        Assert.Equal(3, Entries());
        Assert.Contains("vision_cache", Assert.Throws<PralineException>(() => Metrics("4", options with { FeatureMemoryBytes = 0 })).Message);
    }

    [Fact]
    public void Runs_share_a_reference_cache_until_something_changes()
    {
        using var world = new TinyWorld(3);
        var cache = Path.Combine(world.Folder, "references");
        var options = Options(world, "dpo") with { ReferenceCache = cache };
        TrainingSession.Run(options);
        var first = Assert.Single(Directory.GetFiles(cache));
        var written = File.GetLastWriteTimeUtc(first);
        var reports = new Engine.Reports();
        TrainingSession.Run(options with { Method = "ipo", ModelDir = options.ModelDir + "2" }, reports);
        Assert.DoesNotContain(reports.All, r => r.Message.StartsWith("Reference", StringComparison.Ordinal));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Assert.Single(Directory.GetFiles(cache))));

        // Other weights, another answer, other frames: other keys.
        TrainingSession.Run(options with { ModelDir = options.ModelDir + "3", Loop = options.Loop with { Seed = 7 } });
        Assert.Equal(2, Directory.GetFiles(cache).Length);
        TrainingSession.Run(options with { ModelDir = options.ModelDir + "4", Frames = new FrameSampling { MinFrames = 3, MaxFrames = 3 } });
        Assert.Equal(3, Directory.GetFiles(cache).Length);
        File.WriteAllText(world.PairRows, File.ReadAllText(world.PairRows).Replace("It is big.", "It is small."));
        TrainingSession.Run(options with { ModelDir = options.ModelDir + "5" });
        Assert.Equal(4, Directory.GetFiles(cache).Length);
    }

    [Fact]
    public void Close_scores_are_left_out()
    {
        using var world = new TinyWorld(3);
        File.AppendAllLines(world.PairRows, ["""{"video_name": "v0", "pos_pre": "c", "neg_pre": "d", "pos_score": 5, "neg_score": 2}"""]);
        Assert.Equal(3, TrainingSession.Run(Options(world, "synpo")).Examples);
        Assert.Equal(4, TrainingSession.Run(Options(world, "dpo") with { MinScoreGap = 3 }).Examples);
        var left = Assert.Single(File.ReadLines(Path.Combine(Options(world, "synpo").ModelDir, "left_out.jsonl")));
        Assert.Contains("min_score_gap (4) or more apart, found 3", left);
    }

    [Fact]
    public void A_folder_belongs_to_one_run()
    {
        using var world = new TinyWorld(2);
        var options = Options(world, "synpo");
        TrainingSession.Run(options);
        var error = Assert.Throws<PralineException>(() => TrainingSession.Run(options with { Loop = options.Loop with { LearningRate = 0.5 } }));
        Assert.Contains("learning_rate was", error.Message);
        Assert.Equal(options.Loop.NumEpochs, TrainingSession.Run(options).Steps);
    }

    private static TrainOptions Options(TinyWorld world, string method) => new()
    {
        Method = method,
        PretrainedPth = world.Model,
        FromScratch = true,
        DatasetPath = world.PairRows,
        DirPath = world.Data,
        ModelDir = Path.Combine(world.Folder, "runs", method),
        Frames = new FrameSampling { MinFrames = 2, MaxFrames = 2 },
        Lora = new() { R = 4, LoraAlpha = 8, LoraDropout = 0.05 },
        Loop = new TrainerOptions { NumEpochs = 4, BatchSize = 2, AccumulationSteps = 4, LearningRate = 5e-3, WarmupSteps = 1, SaveSteps = 0 },
    };

    private static List<JsonElement> Rows(TrainOptions options) =>
        [.. File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).Where(r => r.TryGetProperty("loss", out _))];
}
