using System.Diagnostics;
using System.Text.Json;
using Praline.Torch;
using Praline.Training.Engine;
using Praline.Training.Objectives;
using Praline.Training.Runs;
using Praline.Training.Tasks;

namespace Praline.Training.Benchmarks;

/// <summary>
/// Steps of the whole trainer on a device: model=auroracap method=synpo|dpo|crl steps=8 pairs=4 tokens=4096 peak-tflops=989. Prints one line
/// of JSON: steps and tokens per second, unique and as pairs would count them, the share of the device's peak, the peak of its memory.
/// </summary>
internal static class GpuTrainBenchmark
{
    private const int WarmUp = 3;

    public static int Run(Settings settings)
    {
        var (method, steps, pairs) = (settings.Text("method", "synpo"), settings.Whole("steps", 6), settings.Whole("pairs", 4));
        using var subject = new GpuSubject(settings);
        var conditional = method == "crl";
        var examples = Enumerable.Range(0, pairs * (WarmUp + steps)).Select(i => conditional ? subject.Conditioned(i) : subject.Pair(i)).ToArray();
        using var reference = method == "dpo" ? ReferenceLogProbs.Get(subject.Model, examples) : null;
        ITrainingTask task = conditional
            ? new SupervisedTask(subject.Model, examples)
            : new PreferenceTask(subject.Model, (PairObjective)ObjectiveRegistry.Create(method), examples, reference);
        var folder = Directory.CreateTempSubdirectory("praline-gpu-").FullName;
        try
        {
            var meter = new Meter(subject, WarmUp);
            using var trainer = new Trainer(
                task,
                new TrainerOptions
                {
                    BatchSize = pairs,
                    AccumulationSteps = 1,
                    NumEpochs = 1,
                    SaveSteps = 0,
                    LearningRate = 1e-5,
                    TokensPerMicroBatch = settings.Whole("tokens", 4096),
                    Schedule = "constant",
                },
                new RunFolder(folder), meter);
            long waits = 0;
            if (subject.Device.Type == DeviceType.Cuda && settings.Text("count-waits", "no") == "yes")
            {
                waits = CudaDevice.CountSynchronizations(() => trainer.Run());
            }
            else
            {
                trainer.Run();
            }

            Report(subject, method, examples, meter, settings, waits / (double)(WarmUp + steps));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Report(
        GpuSubject subject, string method, IReadOnlyList<Data.TrainingExample> examples, Meter meter, Settings settings, double waits)
    {
        var seconds = meter.Seconds / meter.Steps;
        var trees = examples.Select(e => (e.Packed.Prompt.LengthWith([subject.Visual]), e.Packed.Responses.Select(r => (r.Ids.Count, r.CountedTokens)).ToArray())).ToArray();
        var perStep = 1.0 / (meter.Steps + WarmUp);
        var unique = trees.Sum(t => t.Item1 + t.Item2.Sum(a => a.Count - 1)) * perStep;
        var asPairs = trees.Sum(t => t.Item2.Sum(a => t.Item1 + a.Count)) * perStep;
        var operations = GpuCost.Operations(subject, trees) * perStep;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            section = "train",
            formulation = "praline",
            model = subject.Name,
            method,
            dtype = subject.DType.ToString(),
            seconds_per_step = seconds,
            steps = meter.Steps,
            unique_tokens_per_second = unique / seconds,
            pair_tokens_per_second = asPairs / seconds,
            mfu = operations / seconds / (settings.Number("peak-tflops", 989) * 1e12),
            peak_bytes = meter.PeakBytes,
            loss = meter.Loss,
            waits_per_step = waits,
        }));
    }

    /// <summary>Times steps after the warm-up, from one's end to the next one's.</summary>
    private sealed class Meter(GpuSubject subject, int warmUp) : IProgress<TrainProgress>
    {
        private long _since;

        public int Steps { get; private set; }

        public double Seconds { get; private set; }

        public double Loss { get; private set; }

        public long PeakBytes { get; private set; }

        public void Report(TrainProgress progress)
        {
            if (progress.Kind != TrainEventKind.Step)
            {
                return;
            }

            TorchRuntime.Synchronize();
            var now = Stopwatch.GetTimestamp();
            var gpu = subject.Device.Type == DeviceType.Cuda;
            if (progress.Step > warmUp)
            {
                Steps++;
                Seconds += Stopwatch.GetElapsedTime(_since, now).TotalSeconds;
                PeakBytes = gpu ? CudaDevice.Memory(subject.Device.Index).PeakAllocated : ProcessMemory.Peak;
            }
            else if (gpu)
            {
                CudaDevice.ResetPeakMemory(subject.Device.Index);
            }

            Loss = progress.Metrics["loss"];
            _since = Stopwatch.GetTimestamp();
        }
    }
}
