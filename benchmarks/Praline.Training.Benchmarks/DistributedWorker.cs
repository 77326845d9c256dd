using System.Text.Json;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training.Engine;
using Praline.Training.Objectives;
using Praline.Training.Runs;
using Praline.Training.Tasks;

namespace Praline.Training.Benchmarks;

/// <summary>
/// One process of a training, alone or as a rank: every process computes <c>per=8</c> pairs a step (with two processes the 16 of the
/// smallest batch in recipes/), however many processes there are, and trains an adapter or (<c>train=whole</c>, perhaps with <c>shard=parameters</c>) all weights.
/// Rank 0 prints the median step, by the clock and by processor time, and what the exchange of gradients took.
/// </summary>
internal static class DistributedWorker
{
    public static int Run(Settings settings) => World.Run(Device.Cpu, world =>
    {
        using var subject = new Subject(settings);
        var (per, steps) = (settings.Whole("per", 8), settings.Whole("steps", 4));
        var examples = Enumerable.Range(0, per * world.Size * (steps + 1)).Select(i => subject.Example with { Id = $"pair{i}" }).ToArray();
        var model = settings.Text("train", "lora") == "whole" ? subject.Whole() : subject.Model;
        var task = new PreferenceTask(model, (PairObjective)ObjectiveRegistry.Create("synpo"), examples);
        var folder = Directory.CreateTempSubdirectory("praline-distributed-").FullName;
        var clock = new StepClock();
        var options = new TrainerOptions
        {
            NumEpochs = 1,
            BatchSize = 1,
            AccumulationSteps = per * world.Size,
            TokensPerMicroBatch = 0,
            SaveSteps = 0,
            SaveTotalLimit = 1,
            Shard = Enum.Parse<Sharding>(settings.Text("shard", "none"), ignoreCase: true),
        };
        TrainSummary summary;
        long resident;
        using (var trainer = new Trainer(task, options, new RunFolder(folder), clock, world))
        {
            summary = trainer.Run();
            GC.Collect();
            resident = world.Gather(ProcessMemory.Current).Max();
        }

        var processor = world.Gather(Median(clock.CpuSeconds)).Average();
        var alone = Alone(world);
        if (world.IsMain)
        {
            Console.WriteLine(JsonSerializer.Serialize(new Result(
                Median(clock.Seconds), processor, summary.ExchangeSeconds / summary.Steps, summary.ExchangeOverlapped, 4.0 * summary.TrainableParameters,
                summary.HeldBytes.Max(), resident, alone)));
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    });

    /// <summary>The best of several sums over ranks for each of some sizes.</summary>
    private static List<Exchange> Alone(World world)
    {
        var result = new List<Exchange>();
        foreach (var megabytes in world.Size == 1 ? Array.Empty<double>() : [0.001, 0.1, 1, 4, 16, 64])
        {
            using var scope = new TensorScope();
            var tensor = Tensor.Zeros([(long)(megabytes * 250_000)]);
            var best = double.MaxValue;
            for (var i = 0; i < (megabytes < 10 ? 20 : 5); i++)
            {
                var start = System.Diagnostics.Stopwatch.GetTimestamp();
                world.AllReduce(tensor);
                best = Math.Min(best, System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            result.Add(new Exchange(1e6 * megabytes, best));
        }

        return result;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Times steps from their ends; the first, which warms up, is left out.</summary>
    private sealed class StepClock : IProgress<TrainProgress>
    {
        private (double Wall, double Cpu)? _last;

        public List<double> Seconds { get; } = [];

        public List<double> CpuSeconds { get; } = [];

        public void Report(TrainProgress value)
        {
            var now = (Wall: System.Diagnostics.Stopwatch.GetTimestamp() / (double)System.Diagnostics.Stopwatch.Frequency, Cpu: Environment.CpuUsage.TotalTime.TotalSeconds);
            if (value.Kind == TrainEventKind.Step && _last is { } last)
            {
                Seconds.Add(now.Wall - last.Wall);
                CpuSeconds.Add(now.Cpu - last.Cpu);
            }

            _last = value.Kind == TrainEventKind.Step ? now : null;
        }
    }
}
