using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Praline.Cli.Distributed;

/// <summary>
/// Runs this command as several processes of this host, as torchrun would, with rank 0's messages on the terminal and everybody's in a
/// log. When one dies or hangs the others stop by themselves; this one says which it was, and starts all again when it may.
/// </summary>
internal sealed partial class LocalLauncher(int processes, int restarts, TimeSpan timeout, string logs)
{
    private const string ChildVariable = "PRALINE_LAUNCHED";
    private const int Terminate = 15;

    /// <summary>How long processes may take to stop by themselves once one has failed: time to notice, and to write what they have.</summary>
    private readonly TimeSpan _grace = timeout + TimeSpan.FromSeconds(20);

    /// <summary>True in a process that a launcher of this kind started.</summary>
    public static bool IsChild => Environment.GetEnvironmentVariable(ChildVariable) is not null;

    /// <summary>In such a process: stops it, as Ctrl+C would, when the launcher is gone.</summary>
    public static void StopWithParent()
    {
        if (!IsChild)
        {
            return;
        }

        // The launcher holds the other end of our standard input and never writes to it.
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            if (input.ReadByte() < 0)
            {
                _ = Kill(Environment.ProcessId, Terminate);
            }
        })
        { IsBackground = true, Name = "praline launcher" }.Start();
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        for (var left = restarts; ; left--)
        {
            cancellation.ThrowIfCancellationRequested();
            var ranks = StartAll();
            Action kill = () => Array.ForEach(ranks, rank => rank.Kill());
            Interruption.Abandoning += kill;
            var failure = await Supervise(ranks, cancellation);
            Interruption.Abandoning -= kill;
            foreach (var rank in ranks)
            {
                rank.Dispose();
            }

            if (failure is null)
            {
                return Host.Success;
            }

            if (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation);
            }

            Ui.Note($"praline: {failure}");
            if (left == 0)
            {
                Ui.Note($"praline: all {processes} processes have stopped; what was saved is whole. The same command goes on from there{(restarts == 0 ? " (--restarts N does so by itself)" : "")}.");
                return Host.Failure;
            }

            Ui.Note($"praline: starting again from what was saved ({restarts - left + 1} of {restarts}).");
        }
    }

    private RankProcess[] StartAll()
    {
        Directory.CreateDirectory(logs);
        var port = FreePort();
        return [.. Enumerable.Range(0, processes).Select(rank => RankProcess.Start(rank, Path.Combine(logs, $"rank-{rank}.log"), new Dictionary<string, string>
        {
            [ChildVariable] = "1",
            ["RANK"] = $"{rank}",
            ["LOCAL_RANK"] = $"{rank}",
            ["WORLD_SIZE"] = $"{processes}",
            ["LOCAL_WORLD_SIZE"] = $"{processes}",
            ["MASTER_ADDR"] = "127.0.0.1",
            ["MASTER_PORT"] = $"{port}",
        }))];
    }

    /// <summary>Waits for the processes' ends; what went wrong, or null.</summary>
    private async Task<string?> Supervise(RankProcess[] ranks, CancellationToken cancellation)
    {
        using var stopping = cancellation.Register(() => Array.ForEach(ranks, rank => _ = Kill(rank.Id, Terminate)));
        var running = ranks.ToDictionary(rank => rank.Ended, rank => rank);
        var failed = new List<RankProcess>();
        var deadline = Task.Delay(Timeout.Infinite, CancellationToken.None);
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running.Keys.Append(deadline));
            if (ended == deadline)
            {
                // Frozen, or stuck where no message reaches them.
                var stuck = running.Values.ToArray();
                Array.ForEach(stuck, rank => rank.Kill());
                await Task.WhenAll(running.Keys);
                var frozen = stuck.Select(rank => $"rank {rank.Rank} did not stop and was killed (log: {rank.Log})");
                return string.Join("; ", frozen.Concat(Describe(failed)));
            }

            var rank = running[ended];
            running.Remove(ended);
            if (rank.ExitCode != Host.Success)
            {
                failed.Add(rank);
                deadline = Task.Delay(_grace, CancellationToken.None);
            }

            if (failed.Count > 0 && failed.Count == ranks.Length - running.Count && running.Count <= ranks.Length / 2)
            {
                // Most have stopped on their own: the rest will not take long, or not come at all.
                deadline = Task.Delay(TimeSpan.FromSeconds(10), CancellationToken.None);
            }
        }

        return failed.Count == 0 ? null : string.Join("; ", Describe(failed));
    }

    /// <summary>Those that were killed; if none was, the first that failed, as the others only followed.</summary>
    private static IEnumerable<string> Describe(IReadOnlyList<RankProcess> failed)
    {
        var killed = failed.Where(rank => rank.Signal is not null).ToArray();
        return killed.Length > 0
            ? killed.Select(rank => $"rank {rank.Rank} was killed by signal {rank.Signal} (log: {rank.Log})")
            : failed.Take(1).Select(rank => $"rank {rank.Rank} stopped with exit code {rank.ExitCode} (log: {rank.Log})");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
