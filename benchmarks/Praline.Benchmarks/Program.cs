using Praline.Benchmarks;
using Praline.Torch;

// dotnet run -c Release --project benchmarks/Praline.Benchmarks -- NAME [key=value …]
var benchmarks = new Dictionary<string, Action<Arguments>>(StringComparer.Ordinal)
{
    ["candidates"] = CandidatesBenchmark.Run,
    ["decode"] = DecodeBenchmark.Run,
    ["load"] = LoadBenchmark.Run,
    ["prefill"] = PrefillBenchmark.Run,
    ["packed"] = PackedBenchmark.Run,
    ["serve"] = ServeBenchmark.Run,
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"Name one of: {string.Join(", ", benchmarks.Keys)}. Settings follow as key=value, such as threads=2 hidden=1024; threads=1 cpu=1 counts CPU time.");
    return 1;
}

var arguments = new Arguments(args.AsSpan(1));
TorchRuntime.Threads = arguments.Int("threads", Environment.ProcessorCount);
Timing.UseCpuTime = arguments.Int("cpu", 0) != 0;
benchmark(arguments);
return 0;
