using System.Text;

namespace Praline.Evaluation;

/// <summary>
/// Draws figures as stand-alone SVG: no script, no font file, no reference to anything outside; light or dark as the reader's system
/// is. The same figure gives the same text.
/// </summary>
public static class SvgPlot
{
    private const double Padding = 20;
    private const double ColumnGap = 26;
    private const double LegendHeight = 24;

    /// <summary>The figure as an SVG document, ready for a file or for the inside of an HTML page.</summary>
    public static string Render(PlotFigure figure)
    {
        var layout = new PlotLayout(figure, Padding, ColumnGap);
        var svg = new MarkupWriter();
        var legend = LegendRows(figure);
        var headerHeight = Padding + 18 + (figure.Subtitle.Length > 0 ? 20 : 0) + (legend.Count * LegendHeight) + 10;
        var height = headerHeight + layout.Height + Padding - 6;
        svg.Open(
            "svg", ("xmlns", "http://www.w3.org/2000/svg"), ("class", "pp"),
            ("viewBox", $"0 0 {MarkupWriter.Number(figure.Width)} {MarkupWriter.Number(height)}"),
            ("width", figure.Width), ("height", height), ("role", "img"), ("aria-label", figure.Title));
        svg.Text("title", figure.Title).Raw("<style>\n" + PlotStyle.Sheet + "</style>\n");
        svg.Element("rect", ("class", "bg"), ("width", figure.Width), ("height", height), ("rx", 8.0));
        svg.Label(figure.Title, Padding, Padding + 14, "t");
        if (figure.Subtitle.Length > 0)
        {
            svg.Label(figure.Subtitle, Padding, Padding + 34, "s");
        }

        DrawLegend(svg, legend, Padding + 18 + (figure.Subtitle.Length > 0 ? 20 : 0));
        for (var i = 0; i < figure.Panels.Count; i++)
        {
            PanelPainter.Paint(svg, figure.Panels[i], layout.Cell(i, headerHeight));
        }

        return svg.Close().ToString();
    }

    /// <summary>Draws a figure into a file; readers never see half of one.</summary>
    public static void Write(PlotFigure figure, string path) =>
        AtomicFile.WriteText(path, Render(figure));

    /// <summary>The legend, each series once, broken into rows that fit.</summary>
    private static List<List<(LegendEntry Entry, double X)>> LegendRows(PlotFigure figure)
    {
        var rows = new List<List<(LegendEntry, double)>>();
        var x = Padding;
        foreach (var entry in figure.Panels.SelectMany(p => p.Legend).Where(e => e.Name.Length > 0).DistinctBy(e => (e.Name, e.Style)))
        {
            var width = MarkWidth(entry) + TextWidth.Of(entry.Name, 12) + 18;
            if (rows.Count == 0 || x + width > figure.Width - Padding)
            {
                rows.Add([]);
                x = Padding;
            }

            rows[^1].Add((entry, x));
            x += width;
        }

        return rows;
    }

    private static void DrawLegend(MarkupWriter svg, List<List<(LegendEntry Entry, double X)>> rows, double top)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var y = top + (row * LegendHeight) + 14;
            foreach (var (entry, x) in rows[row])
            {
                if (entry.Swatch)
                {
                    svg.Element("circle", ("class", entry.Style.Fill), ("cx", x + 5), ("cy", y), ("r", 5.0));
                }
                else
                {
                    svg.Line(x, y, x + 26, y, $"line {entry.Style.Stroke}");
                }

                svg.Label(entry.Name, x + MarkWidth(entry), y + 4, "n");
            }
        }
    }

    private static double MarkWidth(LegendEntry entry) => entry.Swatch ? 16 : 34;
}
