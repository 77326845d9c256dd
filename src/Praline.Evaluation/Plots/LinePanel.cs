namespace Praline.Evaluation;

/// <summary>Curves over a common horizontal axis.</summary>
public sealed record LinePanel : PlotPanel
{
    /// <summary>The curves, drawn in this order.</summary>
    public required IReadOnlyList<LineSeries> Series { get; init; }

    internal override Extent XExtent => Extent.Of(Points.Select(p => p.X));

    internal override Extent YExtent => Extent.Of(Points.Select(p => p.Y).Concat(YRules.Select(r => r.Value)), LogY);

    internal override IEnumerable<LegendEntry> Legend => Series.Select(s => new LegendEntry(s.Name, s.Style, false));

    private IEnumerable<(double X, double Y)> Points => Series.SelectMany(s => s.Traces).SelectMany(t => t);

    internal override void Draw(MarkupWriter svg, PanelFrame frame)
    {
        // All raw traces first: no smoothed line is hidden behind another series' noise.
        foreach (var series in Series.Where(s => s.Smooth > 0))
        {
            foreach (var trace in series.Traces)
            {
                svg.Path(Decimation.Thin(Pixels(trace, frame), (int)frame.Width), $"raw c{series.Style.Colour % 8}");
            }
        }

        foreach (var series in Series)
        {
            foreach (var line in Lines(series))
            {
                svg.Path(Decimation.Thin(Pixels(line, frame), (int)frame.Width), $"line {series.Style.Stroke}");
            }
        }
    }

    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Lines(LineSeries series)
    {
        var x = series.Traces.SelectMany(t => t).Select(p => p.X).ToArray();
        var range = Extent.Of(x);
        return series.Smooth > 0 && range.Maximum > range.Minimum
            ? [Smoothing.LocalLinear(
                x, [.. series.Traces.SelectMany(t => t).Select(p => p.Y)], series.Smooth * (range.Maximum - range.Minimum))]
            : series.Traces;
    }

    private static (double X, double Y)[] Pixels(IReadOnlyList<(double X, double Y)> points, PanelFrame frame) =>
        [.. points.Select(p => (frame.X.Map(p.X), frame.Y.Map(p.Y)))];
}
