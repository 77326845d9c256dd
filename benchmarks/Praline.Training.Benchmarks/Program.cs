using Praline.Training.Benchmarks;

// dotnet run -c Release --project benchmarks/Praline.Training.Benchmarks -- NAME [key=value ...]
var benchmarks = new Dictionary<string, Func<Settings, int>>
{
    ["distributed"] = DistributedBenchmark.Run,
    ["distributed-worker"] = DistributedWorker.Run,
    ["gpu-generate"] = GpuGenerateBenchmark.Run,
    ["gpu-train"] = GpuTrainBenchmark.Run,
    ["parquet"] = ParquetBenchmark.Run,
    ["train-step"] = TrainStepBenchmark.Run,
    ["train-step-worker"] = TrainStepWorker.Run,
    ["train-step-parts"] = TrainStepParts.Run,
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"Name one of: {string.Join(", ", benchmarks.Keys)}. Settings follow as key=value, such as rounds=3 dropout=0.05.");
    return 1;
}

return benchmark(new Settings(args[1..]));
