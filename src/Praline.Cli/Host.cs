using System.CommandLine;
using System.Runtime.InteropServices;
using Praline.Torch;

namespace Praline.Cli;

/// <summary>Runs a command and turns every outcome into an exit code and, for a failure of any kind, one clear message.</summary>
internal static partial class Host
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>A mistake that the user can mend, or a failure that the message explains.</summary>
    public const int Failure = 1;

    private const int FewestFiles = 128, FileLimit = 7; // RLIMIT_NOFILE

    /// <summary>Parses and runs; nothing that is thrown on the way leaves this method.</summary>
    public static async Task<int> RunAsync(Func<RootCommand> commands, string[] args)
    {
        // What is thrown on a thread of its own never comes back to us: it has its message too.
        AppDomain.CurrentDomain.UnhandledException += (_, thrown) =>
        {
            Tell(FailureMessage.Of(thrown.ExceptionObject as Exception ?? new InvalidOperationException("an unknown failure")));
            Interruption.ExitAtOnce(Failure);
        };
        Interruption? interruption = null;
        try
        {
            if (OpenFiles() is < FewestFiles and var files)
            {
                Tell($"This process may open {files} files, too few to run: raise the limit (ulimit -n 4096).");
                return Failure;
            }

            // A conversation takes Ctrl+C itself: it stops an answer, not the program.
            var parsed = commands().Parse(args);
            interruption = Interruption.Listen(ctrlC: parsed.CommandResult.Command.Name != "chat");
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token);
        }
        catch (Exception error)
        {
            return Report(error, interruption);
        }
        finally
        {
            interruption?.Dispose();
        }
    }

    /// <summary>True for what concerns one item and leaves the others as they are: a command that works on many goes on.</summary>
    public static bool IsUsers(Exception error) =>
        error is PralineException and not StorageException or TorchException or IOException or UnauthorizedAccessException;

    private static int Report(Exception error, Interruption? interruption)
    {
        var interrupted = interruption?.IsRequested == true;
        try
        {
            Tell(interrupted && error is OperationCanceledException and not InterruptedException
                ? "Interrupted. Rerun the same command to resume."
                : FailureMessage.Of(error));
        }
        catch (Exception)
        {
            Tell($"Failed with {error.GetType().Name}."); // too little memory or too few files even for the message
        }

        return interrupted ? interruption!.ExitCode : Failure;
    }

    /// <summary>How many files this process may have open (.NET has raised the soft limit to the hard one); null where the system does not say.</summary>
    private static ulong? OpenFiles() => OperatingSystem.IsLinux() && GetLimit(FileLimit, out var limit) == 0 ? limit.Hard : null;

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    private readonly record struct Limit(ulong Soft, ulong Hard);

    private static void Tell(string message) => Console.Error.WriteLine($"praline: {message}");
}
