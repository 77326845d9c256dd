using System.Diagnostics;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary>Runs the built <c>praline</c> as a process of its own, as a user would.</summary>
internal static class PralineProcess
{
    public static string Program { get; } =
        Path.Combine(Golden.RepositoryRoot, "artifacts", "bin", "Praline.Cli", "release", "praline.dll");

    public static Process Start(params string[] arguments) => Start(null, arguments);

    /// <summary>Starts it with more environment variables.</summary>
    public static Process Start(IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs to the end.</summary>
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments) => Run(null, arguments);

    /// <summary>Runs to the end, with more environment variables.</summary>
    public static (int ExitCode, string Output, string Error) Run(IReadOnlyDictionary<string, string>? environment, string[] arguments) =>
        ReadToEnd(Start(environment, arguments));

    /// <summary>Waits for a process.</summary>
    public static (int ExitCode, string Output, string Error) ReadToEnd(Process process)
    {
        using var _ = process;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Starts, and kills (SIGKILL) as soon as the condition holds, unless it ended before.</summary>
    /// <returns>True when it was killed.</returns>
    public static bool RunAndKillWhen(Func<bool> condition, params string[] arguments)
    {
        using var process = Start(arguments);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(2)))
        {
            if (condition())
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                return true;
            }
        }

        return false;
    }

    /// <summary>Starts, and kills (SIGKILL) after a while unless it ended before.</summary>
    /// <returns>True when it was killed.</returns>
    public static bool RunAndKill(TimeSpan after, params string[] arguments) => RunAndKill(after, null, arguments);

    /// <summary>The same with more environment variables.</summary>
    public static bool RunAndKill(TimeSpan after, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        using var process = Start(environment, arguments);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (process.WaitForExit(after))
        {
            return false;
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return true;
    }
}
