namespace Praline.Evaluation;

/// <summary>Distributions over common bins, laid over each other.</summary>
public sealed record HistogramPanel : PlotPanel
{
    /// <summary>The distributions.</summary>
    public required IReadOnlyList<HistogramSeries> Series { get; init; }

    /// <summary>Width of a bin; by default a round number that gives about 20 bins.</summary>
    public double? BinWidth { get; init; }

    internal override Extent XExtent
    {
        get
        {
            var (width, first, bins) = Bins();
            return bins == 0 ? Extent.Empty : new(first * width, (first + bins) * width);
        }
    }

    internal override Extent YExtent => new(0, Series.Select(Count).SelectMany(c => c).DefaultIfEmpty(1).Max());

    internal override IEnumerable<LegendEntry> Legend => Series.Select(s => new LegendEntry(s.Name, s.Style, true));

    internal override void Draw(MarkupWriter svg, PanelFrame frame)
    {
        var (width, first, _) = Bins();
        foreach (var series in Series)
        {
            var outline = new List<(double X, double Y)>();
            var counts = Count(series);
            for (var bin = 0; bin < counts.Length; bin++)
            {
                var y = frame.Y.Map(counts[bin]);
                outline.Add((frame.X.Map((first + bin) * width), y));
                outline.Add((frame.X.Map((first + bin + 1) * width), y));
            }

            if (outline.Count > 0)
            {
                outline.Insert(0, (outline[0].X, frame.Bottom));
                outline.Add((outline[^1].X, frame.Bottom));
                svg.Path(outline, $"area {series.Style.Fill}");
                svg.Path(outline, $"thin {series.Style.Stroke}");
            }
        }
    }

    /// <summary>The bins: width, number of the first (bin i covers [i·width, (i+1)·width)), how many.</summary>
    private (double Width, long First, int Count) Bins()
    {
        var range = Extent.Of(Series.SelectMany(s => s.Values));
        if (double.IsNaN(range.Minimum))
        {
            return (1, 0, 0);
        }

        var width = BinWidth ?? (range.Maximum > range.Minimum ? Tick.Step((range.Maximum - range.Minimum) / 24) : 1);
        var first = Bin(range.Minimum, width);
        return (width, first, (int)(Bin(range.Maximum, width) - first + 1));
    }

    // A value on a bin's edge belongs to the bin above, rounding errors or not.
    private static long Bin(double value, double width) => (long)Math.Floor((value / width) + 1e-9);

    private int[] Count(HistogramSeries series)
    {
        var (width, first, bins) = Bins();
        var counts = new int[bins];
        foreach (var value in series.Values.Where(double.IsFinite))
        {
            counts[Bin(value, width) - first]++;
        }

        return counts;
    }
}
