using System.Diagnostics;
using Praline.Torch.Distributed;

namespace Praline.Cli.Distributed;

/// <summary>One rank as a process of this host: this program with the same arguments.</summary>
internal sealed class RankProcess : IDisposable
{
    private static readonly string[] LaunchingOptions = ["--nproc", "--restarts"];
    private readonly Process _process;
    private readonly StreamWriter _log;

    private RankProcess(int rank, string log, Process process, StreamWriter writer)
    {
        (Rank, Log, _process, _log) = (rank, log, process, writer);
        Ended = End(Relay(process.StandardOutput, rank == 0 ? Console.Out : null), Relay(process.StandardError, rank == 0 ? Console.Error : null));
    }

    public int Rank { get; }

    /// <summary>The file with everything that it prints.</summary>
    public string Log { get; }

    public int Id => _process.Id;

    /// <summary>Done when it has ended and its last words are in the log.</summary>
    public Task Ended { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>The signal that killed it, or null.</summary>
    public int? Signal => _process.ExitCode is > 128 and < 160 and not (128 + 2) and not (128 + 15) ? _process.ExitCode - 128 : null;

    public static RankProcess Start(int rank, string log, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, Arguments())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        start.Environment[WorldOptions.LogVariable] = log;
        var writer = new StreamWriter(new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        writer.WriteLine(FormattableString.Invariant($"--- {DateTime.UtcNow:u}"));
        return new RankProcess(rank, log, Process.Start(start)!, writer);
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Dispose();
        _log.Dispose();
    }

    /// <summary>This program's arguments without those that ask for several processes.</summary>
    private static List<string> Arguments()
    {
        var all = Environment.GetCommandLineArgs();
        var arguments = new List<string>();
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            arguments.Add(all[0]); // the program, which dotnet runs
        }

        for (var i = 1; i < all.Length; i++)
        {
            if (LaunchingOptions.Contains(all[i]))
            {
                i++; // and its value
            }
            else if (!LaunchingOptions.Any(option => all[i].StartsWith(option + "=", StringComparison.Ordinal) || all[i].StartsWith(option + ":", StringComparison.Ordinal)))
            {
                arguments.Add(all[i]);
            }
        }

        return arguments;
    }

    private async Task Relay(StreamReader from, TextWriter? terminal)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.WriteLine(line);
            }

            terminal?.WriteLine(line);
        }
    }

    private async Task End(Task output, Task error)
    {
        await _process.WaitForExitAsync();
        await Task.WhenAll(output, error);
    }
}
