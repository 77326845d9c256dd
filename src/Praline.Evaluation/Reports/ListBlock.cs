namespace Praline.Evaluation;

/// <summary>A list of items that need attention: what was skipped, missing or left unscored.</summary>
/// <param name="Title">What the items are; shown with their number.</param>
/// <param name="Items">The items.</param>
public sealed record ListBlock(string Title, IReadOnlyList<string> Items) : ReportBlock
{
    internal override void Write(MarkupWriter html)
    {
        html.Open("details", ("class", "list")).Text("summary", $"{Title}: {Items.Count}").Open("ul");
        foreach (var item in Items)
        {
            html.Text("li", item);
        }

        html.Close().Close();
    }
}
