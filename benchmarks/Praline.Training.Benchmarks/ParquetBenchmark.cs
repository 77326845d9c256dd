using System.Diagnostics;
using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using Praline.Media;
using Praline.Training.Engine;

namespace Praline.Training.Benchmarks;

/// <summary>
/// From the start of a training on a large Parquet file with images inside to its first step, and the memory above the model's. The file is made first, once:
/// <c>rows=200000 megabytes=2000 group=1000 model=models/small-captioner file=…</c>.
/// </summary>
internal static class ParquetBenchmark
{
    internal static int Run(Settings settings)
    {
        var (rows, group) = (settings.Whole("rows", 200_000), settings.Whole("group", 1000));
        var size = (int)(settings.Whole("megabytes", 2000) * 1_000_000L / rows);
        var file = settings.Text("file", Path.Combine(Path.GetTempPath(), FormattableString.Invariant($"praline-benchmark-{rows}-{size}-{group}.parquet")));
        if (!File.Exists(file))
        {
            AtomicFile.Write(file, stream =>
            {
                var made = Stopwatch.StartNew();
                Make(stream, rows, group, size);
                Console.WriteLine(FormattableString.Invariant($"{file}: {rows} rows, {stream.Length / 1e9:0.00} GB, made in {made.Elapsed.TotalSeconds:0} s"));
            });
        }

        var run = Directory.CreateTempSubdirectory("praline-benchmark-").FullName;
        try
        {
            var model = settings.Text("model", Path.Combine("models", "small-captioner"));
            var smallest = Train(model, Small(file, run), Path.Combine(run, "small"), out var idle);
            var first = Train(model, file, Path.Combine(run, "large"), out var peak);
            Console.WriteLine(FormattableString.Invariant(
                $"first step after {first.TotalSeconds:0.0} s (of 1000 rows: {smallest.TotalSeconds:0.0} s); peak memory {peak >> 20} MiB, {(peak - idle) >> 20} MiB above that of 1000 rows"));
            return 0;
        }
        finally
        {
            Directory.Delete(run, recursive: true);
        }
    }

    /// <summary>Trains one step and tells when it was done, and the most memory that the process has had.</summary>
    private static TimeSpan Train(string model, string data, string run, out long peak)
    {
        var clock = Stopwatch.StartNew();
        var first = TimeSpan.Zero;
        var last = "";
        TrainingSession.Run(
            new TrainOptions
            {
                Method = "simpo",
                PretrainedPth = model,
                DatasetPath = data,
                ModelDir = run,
                Loop = new TrainerOptions { MaxSteps = 1, BatchSize = 8 },
            },
            new Told(progress =>
            {
                if (progress.Kind == TrainEventKind.Step && first == TimeSpan.Zero)
                {
                    first = clock.Elapsed;
                }

                if (progress.Message is { } message && message != last)
                {
                    Console.WriteLine(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds,6:0.0} s  {message}"));
                    last = message;
                }
            }));
        peak = Runs.ProcessMemory.Peak;
        return first;
    }

    /// <summary>The first row group as a file of its own: the same training, small.</summary>
    private static string Small(string file, string folder)
    {
        var small = Path.Combine(folder, "small.parquet");
        using var reader = new ParquetSharp.Arrow.FileReader(file);
        using var batches = reader.GetRecordBatchReader([0], null);
        using var writer = new ParquetSharp.Arrow.FileWriter(small, reader.Schema);
        while (batches.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
        {
            using (batch)
            {
                writer.WriteRecordBatch(batch);
            }
        }

        writer.Close();
        return small;
    }

    /// <summary>Rows as RLAIF-V's: every image is another, of the same pixels with a number behind them.</summary>
    private static void Make(Stream stream, int rows, int group, int size)
    {
        var side = Math.Max(8, (int)Math.Sqrt(size / 3.1));
        var noise = new RgbImage(side, side);
        new Random(1).NextBytes(noise.Pixels);
        var png = ImageFile.EncodePng(noise);
        System.Array.Resize(ref png, png.Length + 8);
        var image = new StructType([new Field("bytes", BinaryType.Default, true), new Field("path", StringType.Default, true)]);
        var schema = new Schema(
            [new Field("question", StringType.Default, true), new Field("chosen", StringType.Default, true), new Field("rejected", StringType.Default, true), new Field("image", image, true)], null);
        using var output = new ParquetSharp.IO.ManagedOutputStream(stream, leaveOpen: true);
        using var writer = new ParquetSharp.Arrow.FileWriter(output, schema);
        for (var start = 0; start < rows; start += group)
        {
            var numbers = Enumerable.Range(start, Math.Min(group, rows - start)).ToArray();
            var bytes = new BinaryArray.Builder();
            foreach (var number in numbers)
            {
                BitConverter.TryWriteBytes(png.AsSpan(^8), (long)number);
                bytes = bytes.Append(png.AsSpan());
            }

            IArrowArray[] columns =
            [
                Texts("What moves in the picture, and where does it go?"), Texts("A red circle moves to the left past a blue square that stands still."),
                Texts("A green triangle falls slowly to the ground."),
                new StructArray(image, numbers.Length, [bytes.Build(), Texts("picture.png")], ArrowBuffer.Empty),
            ];
            writer.WriteRecordBatch(new RecordBatch(schema, columns, numbers.Length));

            StringArray Texts(string text) => new StringArray.Builder().AppendRange(numbers.Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} {text}"))).Build();
        }

        writer.Close();
    }

    private sealed class Told(Action<TrainProgress> told) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => told(value);
    }
}
