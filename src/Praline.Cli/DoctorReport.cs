using Spectre.Console;

namespace Praline.Cli;

/// <summary>The rows of <c>praline doctor</c>.</summary>
internal sealed class DoctorReport
{
    private readonly Table _table = new Table().Border(TableBorder.Rounded).AddColumns("part", "found", "where and why");

    public int Failures { get; private set; }

    public void Add(string part, string found, string detail) =>
        _table.AddRow(Markup.Escape(part), $"[green]{Markup.Escape(found)}[/]", Markup.Escape(detail));

    /// <summary>Adds what the probe finds; when it fails, the reason and the remedy.</summary>
    public void Try(string part, Func<(string Found, string Detail)> probe, string remedy)
    {
        try
        {
            var (found, detail) = probe();
            Add(part, found, detail);
        }
        catch (Exception error)
        {
            Failures++;
            var reason = error.InnerException?.Message ?? error.Message;
            _table.AddRow(Markup.Escape(part), "[red]missing[/]", Markup.Escape($"{reason}\nTo mend it: {remedy}"));
        }
    }

    public Table ToTable() => _table;
}
