using System.Text;

namespace Praline.Evaluation;

/// <summary>A table for reports, terminals and Markdown. The first column names the row; the others are numbers.</summary>
public sealed record ReportTable
{
    /// <summary>The columns.</summary>
    public required IReadOnlyList<ReportColumn> Columns { get; init; }

    /// <summary>The rows, each with one cell per column.</summary>
    public required IReadOnlyList<IReadOnlyList<ReportCell>> Rows { get; init; }

    /// <summary>A remark under the table.</summary>
    public string Note { get; init; } = "";

    /// <summary>The table in GitHub's Markdown; details follow the value in the same cell.</summary>
    public string ToMarkdown()
    {
        static string Escape(string text) => text.Replace("|", "\\|");
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", Columns.Select(c => Escape(c.Name))).Append(" |\n|");
        text.AppendJoin('|', Columns.Select((_, i) => i == 0 ? " --- " : " ---: ")).Append("|\n");
        foreach (var row in Rows)
        {
            var cells = row.Select(c => (c.Strong ? $"**{Escape(c.Text)}**" : Escape(c.Text)) + Escape($" {c.Detail.Replace('\n', ' ')}").TrimEnd());
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        return text.ToString();
    }
}
