using Praline.Media.Benchmarks;

// dotnet run -c Release --project benchmarks/Praline.Media.Benchmarks -- NAME [key=value ...]
var benchmarks = new Dictionary<string, Action<Dictionary<string, string>>>
{
    ["decode"] = DecodeBenchmark.Run,
    ["resize"] = ResizeBenchmark.Run,
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"Name one of: {string.Join(", ", benchmarks.Keys)}. Settings follow as key=value, such as seconds=600 fps=25.");
    return 1;
}

benchmark(args[1..].Select(a => a.Split('=', 2)).ToDictionary(p => p[0], p => p[^1]));
return 0;
