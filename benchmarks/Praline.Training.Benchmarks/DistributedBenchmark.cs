using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Praline.Training.Benchmarks;

/// <summary>
/// Weak scaling on one host: the step of one process with one thread, of <c>processes=2</c> with one thread each, and of as many that know nothing
/// of each other (what the host itself costs them: memory, caches, other programs), every process with the same work; in turn, the best of
/// <c>rounds=3</c>, for each adapter of <c>ranks=64,256</c>. Then the exchange by itself, and what the cost model of docs/distributed.md makes of
/// these figures.
/// </summary>
internal static class DistributedBenchmark
{
    // Small enough for a laptop, large enough that a step is no matter of milliseconds.
    private static readonly string[] Small = ["threads=1", "hidden=384", "intermediate=1024", "layers=6", "vocabulary=8000", "visual=320", "text=40", "answer=60"];

    public static int Run(Settings settings)
    {
        var processes = settings.Whole("processes", 2);
        (double Compute, Result Together)? first = null;
        IReadOnlyList<(double, double)> curve = [];
        foreach (var r in settings.Text("ranks", "64,256").Split(','))
        {
            var (one, strangers, several) = (new List<Result>(), new List<Result>(), new List<Result>());
            for (var round = 0; round < settings.Whole("rounds", 3); round++)
            {
                one.AddRange(Start(settings, 1, 1, r));
                strangers.Add(Start(settings, processes, 1, r).MaxBy(a => a.Seconds)!);
                several.Add(Start(settings, processes, processes, r)[0]);
            }

            var (alone, together) = (one.MinBy(a => a.Seconds)!, several.MinBy(a => a.Seconds)!);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                benchmark = "distributed",
                processes,
                adapter_rank = r,
                gradient_mb = Math.Round(together.GradientBytes / 1e6, 2),
                seconds_of_one = Math.Round(alone.Seconds, 4),
                seconds_of_several = Math.Round(together.Seconds, 4),
                seconds_of_strangers = Math.Round(strangers.Min(a => a.Seconds), 4),
                efficiency = Math.Round(alone.Seconds / together.Seconds, 3),
                cpu_efficiency = Math.Round(one.Min(a => a.CpuSeconds) / several.Min(a => a.CpuSeconds), 3), // what a busy machine leaves comparable
                exchange_ms = Math.Round(1e3 * together.ExchangeSeconds, 1),
                exchange_overlapped = Math.Round(together.ExchangeOverlapped, 3),
                waited_ms = Math.Round(1e3 * together.ExchangeSeconds * (1 - together.ExchangeOverlapped), 1),
                held_mb_of_one = Math.Round(alone.HeldBytes / 1e6, 1),
                held_mb = Math.Round(together.HeldBytes / 1e6, 1),
                resident_mb_of_one = Math.Round(one.Min(a => a.ResidentBytes) / 1e6),
                resident_mb = Math.Round(several.Min(a => a.ResidentBytes) / 1e6),
                load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "",
            }));
            first ??= (alone.Seconds, together);
            curve = [.. several.SelectMany(a => a.Alone).GroupBy(a => a.Bytes).Select(g => (g.Key, g.Min(a => a.Seconds)))];
        }

        Console.WriteLine($"\nA sum over {processes} ranks, nothing else under way:");
        foreach (var (bytes, seconds) in curve)
        {
            Console.WriteLine(FormattableString.Invariant($"{bytes / 1e6,10:0.000} MB {1e3 * seconds,10:0.00} ms {CostModel.Sent(bytes, processes) / seconds / 1e9,8:0.00} GB/s"));
        }

        var measured = Network.Fit("this host, as measured", processes, curve);
        Console.WriteLine(FormattableString.Invariant($"fitted: {1e6 * measured.Latency:0} µs a message, {measured.BytesPerSecond / 1e9:0.00} GB/s a rank"));
        CostModel.PrintMeasured(first!.Value.Compute, first.Value.Together, processes, measured);
        CostModel.PrintLarge();
        return 0;
    }

    /// <summary>What the main rank of each world measured: <paramref name="processes"/> of them at once, in worlds of <paramref name="world"/>.</summary>
    private static Result[] Start(Settings settings, int processes, int world, string adapterRank)
    {
        var ports = Enumerable.Range(0, processes / world).Select(_ => FreePort()).ToArray();
        var started = Enumerable.Range(0, processes).Select(number =>
        {
            var rank = number % world;
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            {
                start.ArgumentList.Add(typeof(DistributedBenchmark).Assembly.Location);
            }

            var given = settings.Arguments.Where(a => !a.StartsWith("ranks=", StringComparison.Ordinal)).Append($"r={adapterRank}").ToArray();
            foreach (var argument in (string[])["distributed-worker", .. Small.Where(s => !given.Any(a => a.StartsWith(s.Split('=')[0] + "=", StringComparison.Ordinal))), .. given])
            {
                start.ArgumentList.Add(argument);
            }

            foreach (var (name, value) in new[] { ("RANK", $"{rank}"), ("WORLD_SIZE", $"{world}"), ("LOCAL_RANK", $"{rank}"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", $"{ports[number / world]}") })
            {
                start.Environment[name] = value;
            }

            return Process.Start(start)!;
        }).ToArray();
        var lines = started.Select(process => process.StandardOutput.ReadToEndAsync()).ToArray();
        foreach (var process in started)
        {
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException("A worker failed.");
            }
        }

        return [.. lines.Where((_, number) => number % world == 0).Select(line => JsonSerializer.Deserialize<Result>(line.Result)!)];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
