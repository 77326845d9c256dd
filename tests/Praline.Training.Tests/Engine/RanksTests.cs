using Praline.Testing;
using Praline.Training.Engine;
using Praline.Training.Runs;

namespace Praline.Training.Tests.Engine;

/// <summary>The training loop on several ranks (threads with sockets between them): what one process makes, by any number of them.</summary>
public sealed class RanksTests : IDisposable
{
    private static readonly TrainerOptions Options = new()
    {
        NumEpochs = 4,
        BatchSize = 1,
        AccumulationSteps = 4,
        TokensPerMicroBatch = 0,
        LearningRate = 0.1,
        Schedule = "constant",
        WarmupSteps = 0,
        MaxGradNorm = 3,
        SaveSteps = 1,
        MaxDroppedShare = 0.5,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("praline-ranks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2, Sharding.None)]
    [InlineData(3, Sharding.None)] // batches of four and of three, so that ranks have two, one or no micro-batches
    [InlineData(4, Sharding.Optimizer)]
    public void Ranks_train_what_one_process_trains(int ranks, Sharding shard)
    {
        using var alone = new PointsTask(11);
        using (var trainer = new Trainer(alone, Options, new RunFolder(Path.Combine(_folder, "one"))))
        {
            trainer.Run();
        }

        var (points, seen) = Train("several", ranks, Options with { Shard = shard });
        Assert.All(points, point => Assert.All(point.Zip(alone.Point.ToArray<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-9)));

        // Every example exactly once per epoch, whoever computed it.
        Assert.Equal(Enumerable.Repeat(Enumerable.Range(0, 11), 4).SelectMany(e => e).Order(), seen.SelectMany(s => s).Order());
        var lines = File.ReadAllLines(Path.Combine(_folder, "several", "metrics.jsonl"));
        Assert.Equal(12, lines.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_bad_micro_batch_of_one_rank_is_dropped_and_the_others_count(bool inLoss)
    {
        using var alone = new PointsTask(8);
        (inLoss ? alone.BadLosses : alone.BadGradients).Add(3);
        using (var trainer = new Trainer(alone, Options, new RunFolder(Path.Combine(_folder, "one"))))
        {
            Assert.Equal(4, trainer.Run().DroppedMicroBatches);
        }

        var (points, _) = Train("several", 2, Options, 8, task => (inLoss ? task.BadLosses : task.BadGradients).Add(3));
        Assert.All(points, point => Assert.All(point.Zip(alone.Point.ToArray<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-9)));
    }

    [Theory]
    [InlineData(1, 3, Sharding.None)]
    [InlineData(3, 2, Sharding.None)]
    [InlineData(2, 1, Sharding.Optimizer)]
    [InlineData(2, 3, Sharding.Optimizer)]
    public void A_run_goes_on_in_the_same_epoch_with_another_number_of_ranks(int before, int after, Sharding shard)
    {
        var options = Options with { Shard = shard };
        var (whole, _) = Train("whole", 1, options);
        Train("parts", before, options with { MaxSteps = 5 });
        File.Delete(Path.Combine(_folder, "parts", "summary.json"));
        var (parts, seen) = Train("parts", after, options);
        Assert.All(parts, point => Assert.All(point.Zip(whole[0]), pair => Assert.Equal(pair.First, pair.Second, 1e-9)));

        // Five steps of 3 per epoch were done: the rest of the second epoch, and two more.
        Assert.Equal(44 - (11 + 8), seen.Sum(s => s.Count));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_example_is_dealt_out_once_and_about_evenly(int ranks)
    {
        var random = new Random(5);
        int[] lengths = [.. Enumerable.Range(0, 40).Select(_ => random.Next(10, 300))];
        int[] batch = [.. Enumerable.Range(3, 32)];
        var shares = RankShares.Of(batch, lengths, ranks);
        Assert.Equal(batch, shares.SelectMany(s => s).Order());
        Assert.All(shares, share => Assert.Equal(share.Order(), share));
        var tokens = shares.Select(share => share.Sum(i => lengths[i])).ToArray();
        Assert.True(tokens.Max() - tokens.Min() < 0.1 * tokens.Max(), string.Join(", ", tokens));
    }

    private (double[][] Points, List<int>[] Seen) Train(string name, int ranks, TrainerOptions options, int points = 11, Action<PointsTask>? prepare = null)
    {
        if (ranks == 1)
        {
            using var task = new PointsTask(points);
            using var trainer = new Trainer(task, options, new RunFolder(Path.Combine(_folder, name)));
            trainer.Run();
            return ([task.Point.ToArray<double>()], [task.Seen]);
        }

        var results = Ranks.Run(ranks, world =>
        {
            using var task = new PointsTask(points);
            prepare?.Invoke(task);
            using var trainer = new Trainer(task, options, new RunFolder(Path.Combine(_folder, name)), world: world);
            trainer.Run();
            return (Point: task.Point.ToArray<double>(), task.Seen);
        });
        return ([.. results.Select(r => r.Point)], [.. results.Select(r => r.Seen)]);
    }
}
