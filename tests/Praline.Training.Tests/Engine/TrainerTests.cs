using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Optim;
using Praline.Training.Engine;
using Praline.Training.Runs;

namespace Praline.Training.Tests.Engine;

/// <summary>The training loop on a task whose gradients are known: dropped micro-batches, clipping, checkpoints.</summary>
public sealed class TrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-trainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Micro_batches_with_NaN_are_dropped_named_and_counted(bool inLoss)
    {
        using var task = new PointsTask(8);
        (inLoss ? task.BadLosses : task.BadGradients).Add(3);
        var reports = new Reports();
        var summary = Run(task, Options(epochs: 3) with { MaxDroppedShare = 0.2 }, "a", reports);
        Assert.Equal((24, 3), (summary.MicroBatches, summary.DroppedMicroBatches));
        var dropped = reports.All.Where(r => r.Kind == TrainEventKind.Dropped).ToList();
        Assert.Equal(3, dropped.Count);
        Assert.All(dropped, report => Assert.Contains("(point3)", report.Message));
        Assert.All(dropped, report => Assert.Contains(inLoss ? "the loss is NaN or infinite" : "a gradient is NaN or infinite", report.Message));
        Assert.Equal(3, LastLine("a").GetProperty("dropped").GetInt32());

        // The others count as ever: the same as a data set in which the bad one's gradient is zero.
        Assert.Equal(Plainly(8, [3], steps: 3), task.Point.ToArray<double>().Select(v => Math.Round(v, 7)));
    }

    [Fact]
    public void Too_many_dropped_micro_batches_stop_the_run_with_the_reason()
    {
        using var task = new PointsTask(40);
        task.BadLosses.UnionWith(Enumerable.Range(0, 40));
        var error = Assert.Throws<PralineException>(() => Run(task, Options(epochs: 1), "b"));
        Assert.Contains("NaN or infinite", error.Message);
        Assert.Contains("max_dropped_share", error.Message);
        Assert.Contains("learning rate", error.Message);
    }

    [Fact]
    public void Gradients_are_clipped_before_the_step()
    {
        using var task = new PointsTask(8);
        Run(task, Options(epochs: 6) with { MaxGradNorm = 3 }, "c");
        Assert.Equal(Plainly(8, [], steps: 6, clip: 3), task.Point.ToArray<double>().Select(v => Math.Round(v, 7)));
        Assert.NotEqual(Plainly(8, [], steps: 6), Plainly(8, [], steps: 6, clip: 3));
    }

    [Fact]
    public void Each_step_has_its_own_place_in_the_schedule()
    {
        // Linear as in transformers: up from nothing over the warmup, then down to nothing after the last step.
        using var task = new PointsTask(8);
        var reports = new Reports();
        Run(task, Options(epochs: 6) with { LearningRate = 0.01, Schedule = "linear", WarmupSteps = 2 }, "schedule", reports);
        double[] expected = [0, 0.5, 1, 0.75, 0.5, 0.25];
        Assert.Equal(
            expected.Select(factor => 0.01 * factor),
            reports.All.Where(r => r.Kind == TrainEventKind.Step).Select(r => Math.Round(r.Metrics["learning_rate"], 12)));
    }

    [Fact]
    public void A_damaged_checkpoint_is_recognised_and_the_one_before_used()
    {
        var options = Options(epochs: 10) with { SaveSteps = 1, SaveTotalLimit = 3 };
        using var whole = new PointsTask(8);
        Run(whole, options, "whole");
        using var broken = new PointsTask(8);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(broken, options, "broken", new Stopping(stop, 6), stop.Token));
        var checkpoints = Directory.GetDirectories(Path.Combine(_folder, "broken", "checkpoints")).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["step-00000004", "step-00000005", "step-00000006"], checkpoints.Select(Path.GetFileName));
        var weights = Path.Combine(checkpoints[^1], "weights.safetensors");
        var bytes = File.ReadAllBytes(weights);
        bytes[^3] ^= 1;
        File.WriteAllBytes(weights, bytes);
        File.Delete(Path.Combine(checkpoints[^2], "optimizer.safetensors"));

        using var resumed = new PointsTask(8);
        var reports = new Reports();
        Run(resumed, options, "broken", reports);
        Assert.Contains(reports.All, r => r.Message.Contains("step-00000006 is damaged (weights.safetensors is not what was written)", StringComparison.Ordinal));
        Assert.Contains(reports.All, r => r.Message.Contains("step-00000005 is damaged (optimizer.safetensors is missing)", StringComparison.Ordinal));
        Assert.Equal(whole.Point.ToArray<double>(), resumed.Point.ToArray<double>());
        Assert.Equal(File.ReadAllText(Path.Combine(_folder, "whole", "metrics.jsonl")), File.ReadAllText(Path.Combine(_folder, "broken", "metrics.jsonl")));
        Assert.Equal(whole.Seen.Skip(4 * 8), resumed.Seen);
    }

    [Fact]
    public void A_checkpoint_of_other_data_is_refused()
    {
        using var task = new PointsTask(8);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(task, Options(epochs: 4), "other", new Stopping(stop, 2), stop.Token));
        using var more = new PointsTask(16);
        Assert.Contains("on 8 examples up to step 2, now there are 16", Assert.Throws<PralineException>(() => Run(more, Options(epochs: 4), "other")).Message);
    }

    [Fact]
    public void Every_epoch_sees_every_example_once_in_another_order()
    {
        using var task = new PointsTask(11);
        Run(task, Options(epochs: 3) with { AccumulationSteps = 4 }, "d");
        var epochs = task.Seen.Chunk(11).ToArray();
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 11), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Theory]
    [InlineData(0, 2, 50)] // 2 at a time: 30 + 20
    [InlineData(45, 2, 45)]
    [InlineData(10, 2, 30)] // an example that is longer than the budget is computed by itself
    [InlineData(1000, 2, 75)] // the whole batch
    public void The_largest_micro_batch(int budget, int fixedSize, int expected) =>
        Assert.Equal(expected, MicroBatches.Largest([20, 5, 30, 15, 10], 4, budget, fixedSize));

    private static TrainerOptions Options(int epochs) => new()
    {
        NumEpochs = epochs,
        BatchSize = 1,
        AccumulationSteps = 8,
        TokensPerMicroBatch = 0,
        LearningRate = 0.1,
        Schedule = "constant",
        WarmupSteps = 0,
        MaxGradNorm = 0,
        SaveSteps = 0,
    };

    /// <summary>The same steps with the optimizer alone.</summary>
    private static IEnumerable<double> Plainly(int count, int[] without, int steps, double clip = 0)
    {
        using var scope = new TensorScope();
        var point = Tensor.From<double>([0.0, 0.0]).Trained();
        using var optimizer = new AdamW(new Dictionary<string, Tensor> { ["point"] = point }, new AdamWOptions { LearningRate = 0.1, WeightDecay = 0.01 });
        for (var step = 0; step < steps; step++)
        {
            var at = point.ToArray<double>();
            double[] gradient = [0, 0];
            foreach (var example in Enumerable.Range(0, count).Except(without))
            {
                for (var i = 0; i < 2; i++)
                {
                    gradient[i] += 2 * (at[i] - PointsTask.Target(example)[i]) / count;
                }
            }

            var norm = Math.Sqrt((gradient[0] * gradient[0]) + (gradient[1] * gradient[1]));
            var factor = clip > 0 ? Math.Min(1, clip / (norm + 1e-6)) : 1;
            point.Grad = Tensor.From<double>([gradient[0] * factor, gradient[1] * factor]);
            optimizer.Step();
        }

        return [.. point.ToArray<double>().Select(v => Math.Round(v, 7))];
    }

    private TrainSummary Run(PointsTask task, TrainerOptions options, string name, IProgress<TrainProgress>? reports = null, CancellationToken stop = default)
    {
        using var trainer = new Trainer(task, options, new RunFolder(Path.Combine(_folder, name)), reports);
        return trainer.Run(stop);
    }

    private JsonElement LastLine(string name) => JsonDocument.Parse(File.ReadLines(Path.Combine(_folder, name, "metrics.jsonl")).Last()).RootElement;

    private sealed class Stopping(CancellationTokenSource stop, int step) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value)
        {
            if (value.Kind == TrainEventKind.Step && value.Step == step)
            {
                stop.Cancel();
            }
        }
    }
}
