namespace Praline.Evaluation;

/// <summary>A row of headline numbers.</summary>
/// <param name="Tiles">The numbers.</param>
public sealed record TilesBlock(params IReadOnlyList<ReportTile> Tiles) : ReportBlock
{
    internal override void Write(MarkupWriter html)
    {
        html.Open("div", ("class", "tiles"));
        foreach (var tile in Tiles)
        {
            html.Open("div", ("class", "tile")).Text("span", tile.Name).Text("strong", tile.Value).Text("small", tile.Detail).Close();
        }

        html.Close();
    }
}
