namespace Praline.Evaluation;

/// <summary>A table.</summary>
/// <param name="Table">The table.</param>
public sealed record TableBlock(ReportTable Table) : ReportBlock
{
    internal override void Write(MarkupWriter html)
    {
        html.Open("div", ("class", "scroll")).Open("table").Open("thead").Open("tr");
        foreach (var column in Table.Columns)
        {
            html.Text("th", column.Name, ("scope", "col"), ("title", column.Hint));
        }

        html.Close().Close().Open("tbody");
        foreach (var row in Table.Rows)
        {
            html.Open("tr");
            for (var i = 0; i < row.Count; i++)
            {
                html.Open(i == 0 ? "th" : "td", ("class", row[i].Strong ? "strong" : ""));
                html.Raw(MarkupWriter.Escape(row[i].Text));
                if (row[i].Detail.Length > 0)
                {
                    html.Text("small", row[i].Detail);
                }

                html.Close();
            }

            html.Close();
        }

        html.Close().Close().Close();
        if (Table.Note.Length > 0)
        {
            html.Text("p", Table.Note, ("class", "note"));
        }
    }
}
