namespace Praline.Evaluation;

/// <summary>Points of two measured quantities, with a smoothed trend.</summary>
public sealed record ScatterPanel : PlotPanel
{
    /// <summary>The clouds.</summary>
    public required IReadOnlyList<ScatterSeries> Series { get; init; }

    internal override Extent XExtent => Extent.Of(Series.SelectMany(s => s.Points).Select(p => p.X));

    internal override Extent YExtent => Extent.Of(Series.SelectMany(s => s.Points).Select(p => p.Y), LogY);

    internal override IEnumerable<LegendEntry> Legend => Series.Select(s => new LegendEntry(s.Name, s.Style, true));

    internal override void Draw(MarkupWriter svg, PanelFrame frame)
    {
        foreach (var series in Series)
        {
            foreach (var (x, y) in series.Points.Select(p => (frame.X.Map(p.X), frame.Y.Map(p.Y))).Distinct())
            {
                if (double.IsFinite(x) && double.IsFinite(y))
                {
                    svg.Element("circle", ("class", $"point {series.Style.Fill}"), ("cx", x), ("cy", y), ("r", 2.75));
                }
            }
        }

        foreach (var series in Series.Where(s => s.Trend))
        {
            var range = Extent.Of(series.Points.Select(p => p.X));
            if (range.Maximum > range.Minimum)
            {
                var trend = Smoothing.LocalLinear(
                    [.. series.Points.Select(p => p.X)], [.. series.Points.Select(p => p.Y)], (range.Maximum - range.Minimum) / 6, 60);
                svg.Path(trend.Select(p => (frame.X.Map(p.X), frame.Y.Map(p.Y))), $"line {series.Style.Stroke}");
            }
        }
    }
}
