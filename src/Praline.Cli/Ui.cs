using Spectre.Console;

namespace Praline.Cli;

/// <summary>
/// The two consoles: results go to <see cref="Out"/> (stdout), progress and remarks to <see cref="Err"/> (stderr), so that a script can
/// read what it asked for. Neither colours nor moves the cursor unless it is a terminal.
/// </summary>
internal static class Ui
{
    // A log file or a pipe has no width: tables are laid out for a wide terminal there.
    private const int WidthWithoutTerminal = 140;

    public static IAnsiConsole Out { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Err { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>True when progress can be drawn live; otherwise it is written as plain lines.</summary>
    public static bool IsLive => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>One remark on stderr.</summary>
    public static void Note(string text) => Console.Error.WriteLine(text);

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        return console;
    }
}
