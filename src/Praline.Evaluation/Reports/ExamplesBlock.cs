namespace Praline.Evaluation;

/// <summary>
/// A browser of examples: cards with pictures and texts, a search field and one choice per facet. Without scripts all cards are shown.
/// </summary>
/// <param name="Cards">The examples.</param>
public sealed record ExamplesBlock(IReadOnlyList<ExampleCard> Cards) : ReportBlock
{
    /// <summary>What the marks in the texts mean; shown above the cards.</summary>
    public IReadOnlyList<ReportBadge> Legend { get; init; } = [];

    internal override void Write(MarkupWriter html)
    {
        var facets = Cards.SelectMany(c => c.Facets).Select(f => f.Key).Distinct().ToArray();
        html.Open("div", ("class", "browser"));
        Filters(html, facets);
        if (Legend.Count > 0)
        {
            html.Open("p", ("class", "legend"));
            Badges(html, Legend);
            html.Close();
        }

        html.Open("div", ("class", "cards"));
        foreach (var card in Cards)
        {
            Write(html, card, facets);
        }

        html.Close().Close();
    }

    private void Filters(MarkupWriter html, string[] facets)
    {
        html.Open("form", ("class", "filters"), ("hidden", ""));
        for (var i = 0; i < facets.Length; i++)
        {
            html.Open("label").Text("span", facets[i]).Open("select", ("data-facet", i)).Text("option", "all", ("value", ""));
            var values = Cards.SelectMany(c => c.Facets).Where(f => f.Key == facets[i]).Select(f => f.Value).Distinct();
            foreach (var value in values.Order(StringComparer.Ordinal))
            {
                html.Text("option", value, ("value", value));
            }

            html.Close().Close();
        }

        html.Open("label").Text("span", "search").Element("input", ("type", "search"), ("autocomplete", "off")).Close();
        html.Text("output", $"{Cards.Count} of {Cards.Count}").Close();
    }

    private static void Write(MarkupWriter html, ExampleCard card, string[] facets)
    {
        (string, object)[] tags =
        [
            ("class", "card"),
            .. card.Facets.DistinctBy(f => f.Key).Select(f => ((string, object))($"data-f{Array.IndexOf(facets, f.Key)}", f.Value)),
        ];
        html.Open("article", tags);
        if (card.Images.Count > 0)
        {
            html.Open("div", ("class", card.Images.Count > 1 ? "strip" : "picture"));
            foreach (var image in card.Images)
            {
                html.Element("img", ("src", image.ToDataUri()), ("alt", image.Description), ("loading", "lazy"));
            }

            html.Close();
        }

        html.Open("div", ("class", "body")).Text("h3", card.Title);
        if (card.Subtitle.Length > 0)
        {
            html.Text("p", card.Subtitle, ("class", "sub"));
        }

        foreach (var entry in card.Entries)
        {
            html.Open("div", ("class", "entry")).Open("div", ("class", "who")).Text("b", entry.Label);
            Badges(html, entry.Badges);
            html.Close().Raw($"<p>{entry.Text.ToHtml()}</p>\n");
            if (entry.Note.Length > 0)
            {
                html.Open("details").Text("summary", "explanation").Text("p", entry.Note).Close();
            }

            html.Close();
        }

        html.Close().Close();
    }

    private static void Badges(MarkupWriter html, IEnumerable<ReportBadge> badges)
    {
        foreach (var badge in badges)
        {
            html.Text("span", badge.Text, ("class", $"badge {badge.Tone.ToString().ToLowerInvariant()}"));
        }
    }
}
