using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Praline.Training.Benchmarks;

/// <summary>Processes that train (<see cref="DistributedWorker"/>), each a step when it is told to, in worlds of some size.</summary>
internal sealed class Workers : IDisposable
{
    // Small enough for a laptop, large enough that a step is no matter of milliseconds.
    private static readonly string[] Small = ["threads=1", "hidden=384", "intermediate=1024", "layers=6", "vocabulary=8000", "visual=320", "text=40", "answer=60"];
    private readonly List<Process> _processes = [];
    private readonly int _world;

    /// <param name="settings">The command line's.</param>
    /// <param name="world">Processes that train together.</param>
    /// <param name="adapterRank">The adapter's rank.</param>
    /// <param name="steps">The steps that each process will be told to take.</param>
    public Workers(Settings settings, int world, string adapterRank, IEnumerable<int> steps)
    {
        _world = world;
        var port = 0;
        foreach (var count in steps)
        {
            var rank = _processes.Count % world;
            port = rank == 0 ? FreePort() : port;
            _processes.Add(Start(settings, [$"r={adapterRank}", $"steps={count}"], rank, world, port));
        }
    }

    /// <summary>A step of the first <paramref name="count"/> processes at once: what it took each.</summary>
    public StepTime[] Step(int count)
    {
        foreach (var process in _processes.Take(count))
        {
            process.StandardInput.WriteLine();
        }

        return [.. _processes.Take(count).Select(Read<StepTime>)];
    }

    /// <summary>Lets them come to their end after their last step: what each world's main rank measured.</summary>
    public Result[] Finish()
    {
        foreach (var process in _processes)
        {
            process.StandardInput.WriteLine();
        }

        return [.. _processes.Where((_, number) => number % _world == 0).Select(Read<Result>)];
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.StandardInput.Close(); // one that still waits for a step ends by this
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static T Read<T>(Process process) =>
        JsonSerializer.Deserialize<T>(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("A worker failed: see above."))!;

    private static Process Start(Settings settings, string[] own, int rank, int world, int port)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Workers).Assembly.Location);
        }

        string[] given = [.. settings.Arguments.Where(a => !a.StartsWith("ranks=", StringComparison.Ordinal)), .. own];
        foreach (var argument in (string[])["distributed-worker", .. Small.Where(s => !given.Any(a => a.StartsWith(s.Split('=')[0] + "=", StringComparison.Ordinal))), .. given])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in new[] { ("RANK", $"{rank}"), ("WORLD_SIZE", $"{world}"), ("LOCAL_RANK", $"{rank}"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", $"{port}") })
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
