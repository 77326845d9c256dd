using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Benchmarks;

/// <summary>
/// Opening a made-up sharded checkpoint of a few gigabytes: the memory of a process that does nothing else, before, after opening and
/// after every weight was read. Pages of the files are counted apart from memory of the process's own.
/// </summary>
internal static class LoadBenchmark
{
    internal static void Run(Arguments arguments)
    {
        var gigabytes = arguments.Int("gb", 3);
        var folder = Path.Combine(Path.GetTempPath(), $"praline-load-{gigabytes}gb");
        if (arguments.Int("measure", 0) != 0)
        {
            Measure(folder);
            return;
        }

        if (!File.Exists(Path.Combine(folder, "model.safetensors.index.json")))
        {
            Console.WriteLine($"writing {gigabytes} GB to {folder}");
            Write(folder, gigabytes);
        }

        // A process of its own, so that nothing of the writing is counted.
        using var child = Process.Start(Environment.ProcessPath!, [typeof(LoadBenchmark).Assembly.Location, "load", $"gb={gigabytes}", "measure=1"]);
        child.WaitForExit();
    }

    private static void Measure(string folder)
    {
        using (Tensor.Ones([8]).MulInPlace(2))
        {
            Print("started", 0);
        }

        var watch = Stopwatch.StartNew();
        long reports = 0, total = 0;
        var model = LlamaModel.Load(folder, new LoadOptions
        {
            Progress = progress => (reports, total) = (reports + 1, progress.BytesTotal),
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"opened {total / 1e9:0.00} GB in {watch.ElapsedMilliseconds} ms, progress reported {reports} times"));
        Print("opened", total);
        watch.Restart();
        long sum = 0;
        foreach (var parameter in model.Store.Parameters.Values)
        {
            var bytes = parameter.Bytes();
            for (var i = 0; i < bytes.Length; i += 4096)
            {
                sum += bytes[i];
            }
        }

        Console.WriteLine($"every page read in {watch.ElapsedMilliseconds} ms (sum {sum})");
        Print("read", total);
        model.Store.Dispose();
        Print("disposed", total);
    }

    private static void Print(string when, long total)
    {
        var status = File.ReadAllLines("/proc/self/status");
        long Megabytes(string key) =>
            long.Parse(status.First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        Console.WriteLine(
            $"{when,-10} own memory {Megabytes("RssAnon"),6} MB   pages of files {Megabytes("RssFile"),6} MB   peak of both {Megabytes("VmHWM"),6} MB   (weights {total >> 20} MB)");
    }

    private static void Write(string folder, int gigabytes)
    {
        Directory.CreateDirectory(folder);
        const int hidden = 2048, intermediate = 5504, vocabulary = 32000;
        const long perLayer = (4L * hidden * hidden) + (3L * hidden * intermediate) + (2 * hidden);
        var layers = (int)Math.Max(1, ((gigabytes * 500_000_000L) - (2L * vocabulary * hidden)) / perLayer);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            model_type = "llama",
            vocab_size = vocabulary,
            hidden_size = hidden,
            intermediate_size = intermediate,
            num_hidden_layers = layers,
            num_attention_heads = 16,
            torch_dtype = "bfloat16",
        }));
        var map = new Dictionary<string, string>();
        var source = new ShapesOnly();
        using (var store = new ParameterStore(source))
        {
            _ = new LlamaModel(LlamaConfig.Read(folder), store.Root);
        }

        foreach (var (group, number) in source.Shapes.GroupBy(shape => shape.Key.Split('.') is ["model", "layers", var layer, ..] ? int.Parse(layer) / 8 : -1)
                     .Select((group, number) => (group, number)))
        {
            using var scope = new TensorScope();
            var shard = $"model-{number + 1:00000}.safetensors";
            SafetensorsWriter.Write(
                Path.Combine(folder, shard), group.ToDictionary(shape => shape.Key, shape => Tensor.Full(shape.Value, 0.01, DType.BFloat16)));
            foreach (var shape in group)
            {
                map[shape.Key] = shard;
            }
        }

        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));
    }

    /// <summary>Notes what a model asks for; one number stands for each parameter.</summary>
    private sealed class ShapesOnly : ITensorSource
    {
        internal Dictionary<string, long[]> Shapes { get; } = [];

        public string Name => "shapes";

        public IReadOnlyCollection<string>? Names => null;

        public Tensor? TryRead(string name, long[] shape, Initialization initialization)
        {
            Shapes[name] = shape;
            return Tensor.Zeros([1]).Expand(shape);
        }
    }
}
