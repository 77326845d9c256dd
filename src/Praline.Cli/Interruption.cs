using System.Runtime.InteropServices;

namespace Praline.Cli;

/// <summary>
/// Ctrl-C, SIGTERM and a closed terminal. The first asks the command to end in good order (finish the step, write a checkpoint, store the
/// answers that are on their way) within <see cref="Grace"/>; a second ends the process at once.
/// </summary>
internal sealed partial class Interruption : IDisposable
{
    /// <summary>Launchers pass a signal on that the terminal has given to all processes already: one request, not two.</summary>
    private static readonly TimeSpan SameRequest = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _source = new();
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Timer? _deadline;
    private PosixSignal _signal;
    private DateTime _requestedAt;

    private Interruption()
    {
    }

    /// <summary>How long a command may take to end in good order: less than the 30 seconds of Kubernetes, Slurm and Docker's usual settings.</summary>
    public static TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>True where a second signal is left to the launcher, which ends its processes itself.</summary>
    public static bool IsSupervised { get; set; }

    /// <summary>What is done before the process ends without good order, such as killing the processes that it started.</summary>
    public static event Action? Abandoning;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    public bool IsRequested => _source.IsCancellationRequested;

    /// <summary>What a shell reports of a program that ended by this signal: 130 after Ctrl-C, 143 after SIGTERM.</summary>
    public int ExitCode => _signal switch
    {
        PosixSignal.SIGHUP => 129,
        PosixSignal.SIGINT => 130,
        PosixSignal.SIGQUIT => 131,
        _ => 143,
    };

    /// <param name="ctrlC">False where the command has another use for Ctrl-C.</param>
    public static Interruption Listen(bool ctrlC)
    {
        var interruption = new Interruption();
        PosixSignal[] signals = [PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, PosixSignal.SIGINT];
        foreach (var signal in signals[..(ctrlC ? 4 : 3)])
        {
            interruption._registrations.Add(PosixSignalRegistration.Create(signal, interruption.Handle));
        }

        return interruption;
    }

    /// <summary>Ends the process without waiting for anything.</summary>
    public static void ExitAtOnce(int exitCode)
    {
        Abandoning?.Invoke();
        Console.Out.Flush();
        Exit(exitCode);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _deadline?.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true; // we end by ourselves
        lock (_lock)
        {
            if (!IsRequested)
            {
                (_signal, _requestedAt) = (context.Signal, DateTime.UtcNow);
                _deadline = new Timer(_ => Abandon(FormattableString.Invariant(
                    $"did not end within {Grace.TotalSeconds:0.#} s (--grace): stopped at once.")), null, Grace, Timeout.InfiniteTimeSpan);
                if (!IsSupervised)
                {
                    Ui.Note(FormattableString.Invariant(
                        $"praline: Interrupted: ending in good order, at most {Grace.TotalSeconds:0.#} s. Once more ends at once; then the last checkpoint and what is stored are what is kept."));
                }
            }
            else if (!IsSupervised && (context.Signal == _signal || DateTime.UtcNow - _requestedAt > SameRequest))
            {
                Abandon("stopped at once.");
            }
        }

        // Not in this handler: what is cancelled may run here for long, and the next signal would wait for it.
        _ = Task.Run(_source.Cancel);
    }

    private void Abandon(string how)
    {
        Ui.Note($"praline: {how} Rerun the same command to resume from what was saved.");
        ExitAtOnce(ExitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
