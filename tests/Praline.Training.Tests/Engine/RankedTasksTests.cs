using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training.Engine;
using Praline.Training.Objectives;
using Praline.Training.Runs;
using Praline.Training.Tasks;
using Praline.Training.Tests.Tasks;

namespace Praline.Training.Tests.Engine;

/// <summary>Every kind of training on several ranks (threads with sockets between them) is what it is on one, to the last logged number.</summary>
public sealed class RankedTasksTests : IDisposable
{
    private const int Count = 7;
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-ranked-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);

        // Reference log-probabilities that tasks hold are left to finalizers, which must not run while another test counts tensors.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Theory]
    [InlineData("aot", 2)]
    [InlineData("aot", 3)] // three of a batch's four pairs on three ranks, and a batch of three
    [InlineData("aot_unpaired", 2)]
    [InlineData("kto", 3)]
    [InlineData("bco", 2)]
    [InlineData("listwise_dpo", 2)]
    [InlineData("crl", 2)]
    public void A_method_trains_the_same(string method, int ranks) => Compare(ranks, new(), model => ProfiledTasks.Make(method, model, Count));

    [Theory]
    [InlineData("synpo", 2)]
    [InlineData("dpo", 3)]
    [InlineData("aot", 2)]
    [InlineData("kto", 2)]
    [InlineData("crl", 3)]
    public void A_method_is_profiled_the_same(string method, int ranks) =>
        Compare(ranks, new(), model => new ProfilingTask(ProfiledTasks.Make(method, model, Count)));

    [Theory]
    [InlineData("synpo", 2)]
    [InlineData("dpo", 3)]
    [InlineData("aot", 2)]
    [InlineData("kto", 3)]
    public void Whole_layers_in_parts_train_the_same(string method, int ranks) =>
        Compare(ranks, new() { Shard = Sharding.Parameters }, model => ProfiledTasks.Make(method, model, Count), whole: true);

    [Fact]
    public void Whole_layers_in_parts_are_profiled_the_same() =>
        Compare(2, new() { Shard = Sharding.Parameters }, model => new ProfilingTask(ProfiledTasks.Make("synpo", model, Count)), whole: true);

    /// <summary>What the estimate says that ranks keep is what they keep, to the padding of buckets and the optimizer's counters.</summary>
    [Theory]
    [InlineData(Sharding.None)]
    [InlineData(Sharding.Optimizer)]
    [InlineData(Sharding.Parameters)]
    public void The_memory_estimate_knows_what_ranks_hold(Sharding shard)
    {
        var options = new TrainerOptions { NumEpochs = 1, BatchSize = 4, AccumulationSteps = 1, Shard = shard };
        var ranks = Ranks.Run(3, world =>
        {
            using var tiny = TinyLlama.Random(dtype: DType.BFloat16);
            using var model = new TrainedModel(tiny.Language, TinyExamples.Full(tiny).Trainable, _ => { }) { World = world };
            var task = ProfiledTasks.Make("synpo", model, Count);
            using var trainer = new Trainer(task, options, new RunFolder(Path.Combine(_folder, $"{shard}")), world: world);
            return (Found: trainer.Run().HeldBytes, Expected: task.Memory(new StepSize(10, Shard: shard, Ranks: 3))!);
        });
        Assert.All(ranks[0].Found, held => Assert.InRange(held, ranks[0].Expected.Held, ranks[0].Expected.Held * 1.02));
    }

    [Fact]
    public void Held_out_data_of_every_kind_measure_the_same()
    {
        IReadOnlyDictionary<string, double>[] Measure(World world)
        {
            using var tiny = TinyLlama.Random(dtype: DType.Float64);
            using var lora = TinyExamples.WithLora(tiny);
            using var model = new TrainedModel(tiny.Language, lora.Trainable, _ => { }, lora.Adapter) { World = world };
            var (singles, pairs, lists) = (TinyExamples.Make(Count, 1), TinyExamples.Make(Count, 2), TinyExamples.Make(Count, 3));
            RatedExamples rated = new(pairs, [.. pairs.Select((_, i) => i % 3 != 1)], ReferenceLogProbs.Get(model, pairs));
            var reference = ReferenceLogProbs.Get(model, lists);
            TrainingTask[] tasks =
            [
                new SupervisedTask(model, singles, singles),
                .. new[] { "synpo", "dpo", "aot" }.Select(name => new PreferenceTask(
                    model, (PairObjective)ObjectiveRegistry.Create(name), pairs, rated.Reference, new HeldOutPairs(pairs, rated.Reference))),
                new RatedTask(model, (RatedObjective)ObjectiveRegistry.Create("kto"), rated, rated),
                new ListTask(model, (ListObjective)ObjectiveRegistry.Create("listwise_dpo"), lists, reference, lists, reference),
            ];
            return [.. tasks.Select(task => task.Evaluate(CancellationToken.None))];
        }

        var alone = Measure(World.Single);
        foreach (var rank in Ranks.Run(3, Measure))
        {
            foreach (var (expected, found) in alone.Zip(rank))
            {
                Assert.Equal(expected.Keys, found.Keys);
                Assert.All(expected, quantity => Assert.Equal(quantity.Value, found[quantity.Key], 1e-9));
            }
        }
    }

    /// <summary>Trains on one rank with the whole batch at once, and on several one example at a time.</summary>
    private void Compare(int ranks, TrainerOptions options, Func<TrainedModel, TrainingTask> make, bool whole = false)
    {
        options = options with { NumEpochs = 2, BatchSize = 4, AccumulationSteps = 1, LearningRate = 1e-3, SaveSteps = 1 };
        var alone = Train(World.Single, options with { TokensPerMicroBatch = 4096 }, make, whole);
        var several = Ranks.Run(ranks, world => Train(world, options with { TokensPerMicroBatch = 1 }, make, whole));
        var (one, many) = (Logged("alone"), Logged("several"));
        Assert.Equal(4, one.Length);
        for (var step = 0; step < one.Length; step++)
        {
            Assert.Equal(one[step].Keys.Order(), many[step].Keys.Order());
            // Before the first update of whole weights policy and reference are equal: which answer is "preferred" is rounding.
            Assert.All(one[step].Where(q => !whole || q.Key != "rewards/accuracies"), quantity => Assert.Equal(quantity.Value, many[step][quantity.Key], 3e-6 * Math.Max(1, Math.Abs(quantity.Value))));
        }

        // AdamW divides by √(second moment) + 1e-8: of a gradient that is all rounding, such as a bias of keys, anything may come.
        Assert.All(several[0], tensor => Assert.All(tensor.Value.Zip(alone[tensor.Key]), pair => Assert.Equal(pair.First, pair.Second, 1e-5)));
    }

    /// <summary>The weights of the newest checkpoint; on rank 0 only.</summary>
    private Dictionary<string, double[]> Train(World world, TrainerOptions options, Func<TrainedModel, TrainingTask> make, bool whole)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var made = whole ? TinyExamples.Full(tiny) : TinyExamples.WithLora(tiny);
        using var model = new TrainedModel(tiny.Language, made.Trainable, _ => { }, made.Adapter) { World = world };
        var task = make(model);
        var folder = new RunFolder(Path.Combine(_folder, world.Size == 1 ? "alone" : "several"));
        using (var trainer = new Trainer(task, options, folder, world: world))
        {
            trainer.Run();
        }

        (task as IDisposable)?.Dispose();
        return !world.IsMain ? [] : new CheckpointStore(folder.Checkpoints, 1).LoadNewest()!.Weights.ToDictionary(t => t.Key, t => t.Value.ToArray<double>());
    }

    private Dictionary<string, double>[] Logged(string run) =>
    [
        .. File.ReadLines(Path.Combine(_folder, run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.GetDouble())),
    ];
}
