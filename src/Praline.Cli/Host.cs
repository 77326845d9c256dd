using System.CommandLine;
using Praline.Media;
using Praline.Torch;

namespace Praline.Cli;

/// <summary>Runs a command and turns every outcome into an exit code and, for a user's mistake, one clear message.</summary>
internal static class Host
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>A mistake that the user can mend, or a failure that the message explains.</summary>
    public const int Failure = 1;

    /// <summary>Stopped by Ctrl+C or SIGTERM; running the same command again goes on.</summary>
    public const int Interrupted = 130;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // A conversation takes Ctrl+C itself: it stops an answer, not the program.
                ProcessTerminationTimeout = parsed.CommandResult.Command.Name == "chat" ? null : TimeSpan.FromSeconds(20),
            });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("praline: stopped. The same command goes on from here.");
            return Interrupted;
        }
        catch (Exception error) when (IsUsers(error))
        {
            await Console.Error.WriteLineAsync($"praline: {error.Message}");
            return Failure;
        }
        catch (TorchException error)
        {
            await Console.Error.WriteLineAsync($"praline: libtorch refused an operation: {error.Message}");
            return Failure;
        }
    }

    /// <summary>True for what a user can mend: shown without a stack trace.</summary>
    public static bool IsUsers(Exception error) =>
        error is PralineException or MediaException or DllNotFoundException or IOException or UnauthorizedAccessException;
}
