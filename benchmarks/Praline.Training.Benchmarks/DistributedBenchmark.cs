using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Praline.Training.Benchmarks;

/// <summary>
/// Weak scaling on one host: the step of one process with one thread, and of <c>processes=2</c> with one thread each, every process with
/// the same work; alternating, the best of <c>rounds=2</c>. Then what the cost model of docs/distributed.md makes of these figures.
/// </summary>
internal static class DistributedBenchmark
{
    // Small enough for a laptop, large enough that a step is no matter of milliseconds.
    private static readonly string[] Small = ["threads=1", "hidden=384", "intermediate=1024", "layers=6", "vocabulary=8000", "r=64", "visual=320", "text=40", "answer=60"];

    public static int Run(Settings settings)
    {
        var processes = settings.Whole("processes", 2);
        var (one, several) = (new List<Result>(), new List<Result>());
        for (var round = 0; round < settings.Whole("rounds", 2); round++)
        {
            one.Add(Start(settings, 1));
            several.Add(Start(settings, processes));
        }

        var (alone, together) = (one.MinBy(r => r.Seconds)!, several.MinBy(r => r.Seconds)!);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            benchmark = "distributed",
            processes,
            seconds_of_one = Math.Round(alone.Seconds, 4),
            seconds_of_several = Math.Round(together.Seconds, 4),
            efficiency = Math.Round(alone.Seconds / together.Seconds, 3),
            cpu_efficiency = Math.Round(one.Min(r => r.CpuSeconds) / several.Min(r => r.CpuSeconds), 3), // what a busy machine leaves comparable
            gradient_mb = Math.Round(together.GradientBytes / 1e6, 2),
            exchange_seconds = Math.Round(together.ExchangeSeconds, 5),
            exchange_overlapped = Math.Round(together.ExchangeOverlapped, 3),
            load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "",
        }));
        CostModel.Print(alone.Seconds, together.GradientBytes, together.ExchangeSeconds, processes);
        return 0;
    }

    private static Result Start(Settings settings, int processes)
    {
        var port = FreePort();
        var ranks = Enumerable.Range(0, processes).Select(rank =>
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            {
                start.ArgumentList.Add(typeof(DistributedBenchmark).Assembly.Location);
            }

            foreach (var argument in (string[])["distributed-worker", .. Small.Where(s => !settings.Arguments.Any(a => a.StartsWith(s.Split('=')[0] + "=", StringComparison.Ordinal))), .. settings.Arguments])
            {
                start.ArgumentList.Add(argument);
            }

            foreach (var (name, value) in new[] { ("RANK", $"{rank}"), ("WORLD_SIZE", $"{processes}"), ("LOCAL_RANK", $"{rank}"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", $"{port}") })
            {
                start.Environment[name] = value;
            }

            return Process.Start(start)!;
        }).ToArray();
        var lines = ranks.Select(rank => rank.StandardOutput.ReadToEndAsync()).ToArray();
        foreach (var rank in ranks)
        {
            rank.WaitForExit();
            if (rank.ExitCode != 0)
            {
                throw new InvalidOperationException("A worker failed.");
            }
        }

        using var json = JsonDocument.Parse(lines[0].Result);
        double Get(string name) => json.RootElement.GetProperty(name).GetDouble();
        return new Result(Get("seconds"), Get("cpu_seconds"), Get("exchange_seconds"), Get("exchange_overlapped"), Get("gradient_bytes"));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Result(double Seconds, double CpuSeconds, double ExchangeSeconds, double ExchangeOverlapped, double GradientBytes);
}
