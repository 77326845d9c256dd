using System.CommandLine;
using System.Globalization;
using Praline.Torch.Distributed;

namespace Praline.Cli.Distributed;

/// <summary>The options of commands that can run as several processes of this host.</summary>
internal sealed class LaunchOptions
{
    private readonly Option<int> _processes = new("--nproc") { Description = "Run as so many processes on this host, which share the work.", DefaultValueFactory = _ => 1 };

    private readonly Option<int> _restarts = new("--restarts")
    {
        Description = "With --nproc: start again so often from what was saved when a process dies or hangs.",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<double?> _timeout = new("--dist-timeout")
    {
        Description = "Seconds to wait for all processes to come, and that one may give no sign of life. Default: $PRALINE_DIST_TIMEOUT, else 60.",
    };

    private readonly Option<double?> _grace = new("--grace")
    {
        Description = "Seconds that Ctrl-C or SIGTERM leave to finish the step and write a checkpoint; a second signal ends at once. Default: 25.",
    };

    public LaunchOptions(Command command)
    {
        command.Options.Add(_grace);
        command.Options.Add(_processes);
        command.Options.Add(_restarts);
        command.Options.Add(_timeout);
    }

    /// <summary>This machine's processors, shared among the processes that a launcher has started on it.</summary>
    public static int ThreadsPerProcess => Math.Max(1, Environment.ProcessorCount / Math.Max(1, LaunchSettings.FromEnvironment()?.LocalWorldSize ?? 1));

    /// <summary>True when this process's progress is of interest: rank 0's, and that of ranks with a log of their own.</summary>
    public static bool Shows(World world) => world.IsMain || Environment.GetEnvironmentVariable(WorldOptions.LogVariable) is not null;

    /// <summary>Runs the command's work here, or as several processes when these are asked for and this is none of them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="folder">The run's folder: logs of the processes go to <c>logs/</c> in it.</param>
    /// <param name="work">The work, in this process.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<int> RunAsync(ParseResult parsed, Func<string> folder, Func<Task<int>> work, CancellationToken cancellation)
    {
        var (processes, restarts) = (parsed.GetValue(_processes), parsed.GetValue(_restarts));
        if (processes < 1 || restarts < 0)
        {
            throw new PralineException("--nproc should be at least 1 and --restarts at least 0.");
        }

        if (parsed.GetValue(_grace) is { } grace)
        {
            Interruption.Grace = TimeSpan.FromSeconds(grace);
        }

        Interruption.IsSupervised = LocalLauncher.IsChild;
        if (parsed.GetValue(_timeout) is { } seconds)
        {
            Environment.SetEnvironmentVariable(WorldOptions.TimeoutVariable, seconds.ToString(CultureInfo.InvariantCulture));
        }

        var timeout = WorldOptions.FromEnvironment().Timeout; // looked at before anything is started
        if (LaunchSettings.FromEnvironment() is { } launched)
        {
            if (processes > 1 && !LocalLauncher.IsChild)
            {
                throw new PralineException(
                    $"{launched.Launcher} has started this as rank {launched.Rank} of {launched.WorldSize} already: leave --nproc out, or start the command by itself.");
            }

            LocalLauncher.StopWithParent();
            Ui.Note(
                $"praline: rank {launched.Rank} of {launched.WorldSize}, process {Environment.ProcessId} on {Environment.MachineName}; rank 0 is at {launched.MasterAddress}:{launched.MasterPort} (by {launched.Launcher}'s variables).");
            return work();
        }

        if (processes > 1)
        {
            Interruption.Grace += TimeSpan.FromSeconds(5); // the processes' own, and some more to see them end
        }

        return processes == 1 ? work() : new LocalLauncher(processes, restarts, timeout, Path.Combine(folder(), "logs")).RunAsync(cancellation);
    }

    /// <summary>The same for work that looks at the world it runs in.</summary>
    public Task<int> RunSharedAsync(ParseResult parsed, Func<string> folder, Func<World, Task<int>> work, CancellationToken cancellation) =>
        RunAsync(parsed, folder, () => World.RunAsync(default, work), cancellation);
}
