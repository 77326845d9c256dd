using System.Globalization;

namespace Praline.Evaluation;

/// <summary>Estimates with their intervals: one row per category, in it one dot and whisker (or bar) per series.</summary>
public sealed record IntervalPanel : PlotPanel
{
    private const double SeriesHeight = 19;
    private const double RowGap = 11;

    /// <summary>The categories, top to bottom.</summary>
    public required IReadOnlyList<IntervalRow> Rows { get; init; }

    /// <summary>Names and styles of the series; one unnamed series takes a style per row.</summary>
    public IReadOnlyList<(string Name, SeriesStyle Style)> Series { get; init; } = [];

    /// <summary>Whether bars from zero are drawn behind the intervals.</summary>
    public bool Bars { get; init; }

    /// <summary>Numeric format of the values beside the intervals.</summary>
    public string Format { get; init; } = "0.00";

    internal override IReadOnlyList<Tick>? Categories => [.. Rows.Select((r, i) => new Tick(i + 0.5, r.Label))];

    internal override double? PreferredHeight => Rows.Count * ((PerRow * SeriesHeight) + RowGap);

    internal override double RightGutter => Rows.SelectMany(r => r.Values).Where(v => v.IsDefined)
        .Select(v => TextWidth.Of(Text(v), 11.5) + 10).DefaultIfEmpty(0).Max();

    internal override Extent XExtent
    {
        get
        {
            var all = Rows.SelectMany(r => r.Values).SelectMany(v => new[] { v.Value, v.Lower, v.Upper });
            return Extent.Of(Bars ? all.Append(0) : all);
        }
    }

    internal override Extent YExtent => new(0, Rows.Count);

    internal override IEnumerable<LegendEntry> Legend =>
        Series.Where(s => s.Name.Length > 0).Select(s => new LegendEntry(s.Name, s.Style, true));

    private int PerRow => Math.Max(1, Rows.Select(r => r.Values.Count).DefaultIfEmpty(1).Max());

    internal override void Draw(MarkupWriter svg, PanelFrame frame)
    {
        for (var row = 0; row < Rows.Count; row++)
        {
            for (var s = 0; s < Rows[row].Values.Count; s++)
            {
                var centre = frame.Y.Map(row + 0.5) + ((s - ((PerRow - 1) / 2.0)) * SeriesHeight);
                Draw(svg, frame, Rows[row], s, centre, s < Series.Count ? Series[s].Style : SeriesStyle.OfMethod(Series.Count == 0 ? row : s));
            }
        }
    }

    private void Draw(MarkupWriter svg, PanelFrame frame, IntervalRow row, int s, double y, SeriesStyle style)
    {
        var value = row.Values[s];
        if (!value.IsDefined)
        {
            return;
        }

        var x = frame.X.Map(value.Value);
        var name = s < Series.Count && Series[s].Name.Length > 0 ? $"{row.Label}, {Series[s].Name}" : row.Label;
        svg.Open("g").Text("title", $"{name}: {value.ToString(Format)}");
        if (Bars)
        {
            var zero = frame.X.Map(0);
            svg.Element(
                "rect", ("class", $"bar {style.Fill}"), ("x", Math.Min(zero, x)), ("y", y - 6.5), ("width", Math.Abs(x - zero)),
                ("height", 13.0), ("rx", 2.0));
        }

        if (value.HasInterval)
        {
            svg.Line(frame.X.Map(value.Lower), y, frame.X.Map(value.Upper), y, $"whisker c{style.Colour % 8}");
        }

        svg.Element("circle", ("class", $"dot {style.Fill}"), ("cx", x), ("cy", y), ("r", 5.0));
        svg.Label(Text(value), frame.Right + RightGutter, y + 4, "n", "end").Close();
    }

    private string Text(Estimate value) => value.Value.ToString(Format, CultureInfo.InvariantCulture);
}
