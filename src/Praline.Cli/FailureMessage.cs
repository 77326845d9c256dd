using System.Globalization;
using System.Reflection;
using System.Text;
using Praline.Torch;

namespace Praline.Cli;

/// <summary>
/// What the user is told of a failure, whatever it is: one message that says what happened and what to do, never a stack trace. Where a defect
/// of Praline happened is added when <c>PRALINE_TRACE</c> is set.
/// </summary>
internal static class FailureMessage
{
    /// <summary>When set (to anything), failures that nobody foresaw come with their stack trace, for a report of the defect.</summary>
    public const string TraceVariable = "PRALINE_TRACE";

    private const int TooManyOpenFiles = 24; // EMFILE

    public static string Of(Exception error)
    {
        var cause = CauseOf(error);
        return Printable(Chain(cause).Any(IsTooManyOpenFiles)
            ? "Too many open files: this process has reached its limit. Raise it (ulimit -n 4096), then start the same command again."
            : Describe(cause));
    }

    /// <summary>Text from files and networks as a terminal may see it: control characters are shown, not obeyed.</summary>
    public static string Printable(string text)
    {
        if (!text.Any(IsControl))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = IsControl(c) ? shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : shown.Append(c);
        }

        return shown.ToString();

        static bool IsControl(char c) => char.IsControl(c) && c is not ('\n' or '\t');
    }

    private static string Describe(Exception error) => error switch
    {
        PralineException or DllNotFoundException or InterruptedException => error.Message,
        OperationCanceledException => "The work was cancelled before its end. Rerun the same command to resume.",
        TorchException => $"libtorch refused an operation: {WithoutNativeTrace(error.Message)}",
        OutOfMemoryException => "Out of memory. Take fewer frames, shorter rows, smaller batches or fewer processes (--nproc, --concurrency), or a machine with more; "
            + "what was finished is kept.",
        FileNotFoundException or FileLoadException or BadImageFormatException when error.Message.StartsWith("Could not load file or assembly", StringComparison.Ordinal) =>
            $"A part of Praline can't be loaded: {error.Message.Split('\n')[0]} Raise the limit on open files when it is low (ulimit -n 4096), else install Praline again.",
        IOException or UnauthorizedAccessException => error.Message,
        _ => Unforeseen(error),
    };

    private static string Unforeseen(Exception error)
    {
        var trace = Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 };
        return $"Internal error, {error.GetType().Name}: {WithoutNativeTrace(error.Message ?? "").TrimEnd()} This is a defect of Praline; what was finished is kept. "
            + (trace ? $"Please report it with these lines.\n{error}" : $"Set {TraceVariable}=1 and run again to see where it happens, and please report it.");
    }

    /// <summary>What went wrong, out of the wrappers that tell nothing: of several failures the first that is not a mere cancellation.</summary>
    private static Exception CauseOf(Exception error) => error switch
    {
        AggregateException { InnerExceptions.Count: > 0 } several =>
            CauseOf(several.Flatten().InnerExceptions is var all && all.FirstOrDefault(e => e is not OperationCanceledException) is { } first ? first : all[0]),
        TargetInvocationException or TypeInitializationException when error.InnerException is { } inner => CauseOf(inner),
        _ => error,
    };

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }

    private static bool IsTooManyOpenFiles(Exception error) =>
        error is IOException { HResult: TooManyOpenFiles }
        || (error.Message ?? "").Contains("Too many open files", StringComparison.OrdinalIgnoreCase);

    /// <summary>libtorch appends its own stack.</summary>
    private static string WithoutNativeTrace(string message) =>
        message.IndexOf("\nException raised from", StringComparison.Ordinal) is > 0 and var end ? message[..end] : message;
}
