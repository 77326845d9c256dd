using System.Diagnostics;
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
/// It takes a step for each line that it reads and prints what the step took; after the last, for one line more, rank 0 prints the <see cref="Result"/>.
/// </summary>
internal static class DistributedWorker
{
    public static int Run(Settings settings) => World.Run(Device.Cpu, world =>
    {
        using var subject = new Subject(settings);
        var per = settings.Whole("per", 8);
        var examples = Enumerable.Range(0, per * world.Size * settings.Whole("steps", 4)).Select(i => subject.Example with { Id = $"pair{i}" }).ToArray();
        var model = settings.Text("train", "lora") == "whole" ? subject.Whole() : subject.Model;
        var task = new PreferenceTask(model, (PairObjective)ObjectiveRegistry.Create("synpo"), examples);
        var folder = Directory.CreateTempSubdirectory("praline-distributed-").FullName;
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
        using (var trainer = new Trainer(task, options, new RunFolder(folder), new Turns(), world))
        {
            summary = trainer.Run();
            GC.Collect();
            resident = world.Gather(ProcessMemory.Current).Max();
        }

        var alone = Alone(world);
        if (world.IsMain)
        {
            Console.WriteLine(JsonSerializer.Serialize(new Result(
                summary.ExchangeSeconds / summary.Steps, summary.ExchangeOverlapped, 4.0 * summary.TrainableParameters, summary.HeldBytes.Max(), resident, alone)));
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
                var start = Stopwatch.GetTimestamp();
                world.AllReduce(tensor);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            result.Add(new Exchange(1e6 * megabytes, best));
        }

        return result;
    }

    /// <summary>Says what a step took, and waits to be told to take the next.</summary>
    private sealed class Turns : IProgress<TrainProgress>
    {
        private readonly Stopwatch _clock = new();
        private TimeSpan _cpu;

        public void Report(TrainProgress value)
        {
            if (value.Kind == TrainEventKind.Step)
            {
                Console.WriteLine(JsonSerializer.Serialize(new StepTime(_clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds)));
            }

            if (value.Kind == TrainEventKind.Step || (value.Kind == TrainEventKind.Started && !_clock.IsRunning)) // a start is reported line by line
            {
                _ = Console.ReadLine() ?? throw new InvalidOperationException("Nobody tells when to go on.");
                _cpu = Environment.CpuUsage.TotalTime;
                _clock.Restart();
            }
        }
    }
}
