using Praline.Preferences.Benchmarks;
using Praline.Torch;

// dotnet run -c Release --project benchmarks/Praline.Preferences.Benchmarks -- NAME [key=value …]
var benchmarks = new Dictionary<string, Func<Settings, Task>>(StringComparer.Ordinal)
{
    ["candidates"] = CandidatesBenchmark.RunAsync,
    ["pipeline"] = PipelineBenchmark.RunAsync,
    ["vision-cache"] = VisionCacheBenchmark.RunAsync,
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"Name one of: {string.Join(", ", benchmarks.Keys)}. Settings follow as key=value: model=FOLDER videos=FOLDER threads=N …");
    return 1;
}

using var settings = new Settings(args[1..]);
TorchRuntime.Threads = settings.Int("threads", Environment.ProcessorCount);
await benchmark(settings);
return 0;
