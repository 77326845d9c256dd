namespace Praline.Evaluation;

/// <summary>One panel's place in a figure.</summary>
/// <param name="Frame">The data area and its axes.</param>
/// <param name="Top">Where the panel's heading begins.</param>
/// <param name="XNumbers">Whether the horizontal axis has its numbers and label.</param>
/// <param name="YNumbers">Whether the vertical axis has its numbers.</param>
internal sealed record PanelCell(PanelFrame Frame, double Top, bool XNumbers, bool YNumbers);

/// <summary>Places a figure's panels: columns of equal data width, rows as high as their content asks, margins as wide as the labels.</summary>
internal sealed class PlotLayout
{
    private const double RowGap = 20;
    private readonly PlotFigure _figure;
    private readonly double[] _left;
    private readonly double[] _rowTop;
    private readonly double[] _rowHeight;
    private readonly double _width;
    private readonly double _headHeight;
    private readonly (Extent X, Extent Y)[] _ranges;

    public PlotLayout(PlotFigure figure, double padding, double columnGap)
    {
        _figure = figure;
        var columns = figure.ColumnCount;
        var rows = (figure.Panels.Count + columns - 1) / columns;
        _ranges = Ranges(figure);
        _headHeight = (figure.Panels.Any(p => p.Title.Length > 0) ? 20 : 0) + (figure.Panels.Any(p => p.YLabel.Length > 0) ? 16 : 0) + 6;

        double Widest(int column, Func<int, double> width) => ColumnPanels(column).Select(width).DefaultIfEmpty(0).Max();
        var gutters = Enumerable.Range(0, columns).Select(c => YNumbers(c) ? Widest(c, LabelWidth) : 0).ToArray();
        var rights = Enumerable.Range(0, columns).Select(c => Widest(c, i => figure.Panels[i].RightGutter)).ToArray();
        _width = (figure.Width - (2 * padding) - gutters.Sum() - rights.Sum() - (columnGap * (columns - 1))) / columns;
        _left = new double[columns];
        var x = padding;
        for (var c = 0; c < columns; c++)
        {
            _left[c] = x + gutters[c];
            x += gutters[c] + _width + rights[c] + columnGap;
        }

        _rowTop = new double[rows];
        _rowHeight = new double[rows];
        var y = 0.0;
        for (var r = 0; r < rows; r++)
        {
            var panels = Enumerable.Range(r * columns, Math.Min(columns, figure.Panels.Count - (r * columns))).ToArray();
            _rowTop[r] = y;
            _rowHeight[r] = panels.Max(i => figure.Panels[i].PreferredHeight ?? figure.PanelHeight);
            var numbers = panels.Any(XNumbers);
            var label = numbers && panels.Any(i => figure.Panels[i].XLabel.Length > 0);
            y += _headHeight + _rowHeight[r] + (numbers ? 20 : 0) + (label ? 18 : 0) + RowGap;
        }

        Height = Math.Max(0, y - RowGap);
    }

    /// <summary>Height of all rows.</summary>
    public double Height { get; }

    /// <summary>The place of panel <paramref name="index"/>, rows beginning at <paramref name="top"/>.</summary>
    public PanelCell Cell(int index, double top)
    {
        var (row, column) = (index / _figure.ColumnCount, index % _figure.ColumnCount);
        var panel = _figure.Panels[index];
        var frameTop = top + _rowTop[row] + _headHeight;
        var height = panel.PreferredHeight ?? _rowHeight[row];
        var (left, bottom) = (_left[column], frameTop + height);
        var x = new Scale(_ranges[index].X.Minimum, _ranges[index].X.Maximum, left, left + _width, false);
        var y = panel.Categories is null
            ? new Scale(_ranges[index].Y.Minimum, _ranges[index].Y.Maximum, bottom, frameTop, panel.LogY)
            : new Scale(_ranges[index].Y.Minimum, _ranges[index].Y.Maximum, frameTop, bottom, false);
        return new(new(left, frameTop, _width, height, x, y), top + _rowTop[row], XNumbers(index), YNumbers(column));
    }

    private bool XNumbers(int index) => !_figure.ShareX || index + _figure.ColumnCount >= _figure.Panels.Count;

    private bool YNumbers(int column) => !_figure.ShareY || column == 0;

    private IEnumerable<int> ColumnPanels(int column) =>
        Enumerable.Range(0, _figure.Panels.Count).Where(i => i % _figure.ColumnCount == column);

    private double LabelWidth(int index)
    {
        var panel = _figure.Panels[index];
        var range = _ranges[index].Y;
        var ticks = panel.Categories ?? new Scale(range.Minimum, range.Maximum, 0, _figure.PanelHeight, panel.LogY).Ticks(44);
        return ticks.Select(t => TextWidth.Of(t.Label, panel.Categories is null ? 11 : 11.5) + 10).DefaultIfEmpty(0).Max();
    }

    private static (Extent X, Extent Y)[] Ranges(PlotFigure figure)
    {
        var x = figure.Panels.Select(p => p.XExtent).ToArray();
        var y = figure.Panels.Select(p => p.YExtent).ToArray();
        var allX = x.Aggregate(Extent.Empty, (a, b) => a.Union(b));
        var allY = y.Aggregate(Extent.Empty, (a, b) => a.Union(b));
        return [.. figure.Panels.Select((panel, i) =>
        {
            var categories = panel.Categories is not null;
            var xRange = (figure.ShareX ? allX : x[i]).Padded(false, panel is LinePanel or HistogramPanel ? 0 : 0.05);
            var yRange = figure.ShareY ? allY : y[i];
            return (
                panel.XRange is var (xMin, xMax) ? new(xMin, xMax) : xRange,
                panel.YRange is var (yMin, yMax) ? new Extent(yMin, yMax) : categories ? y[i] : yRange.Padded(panel.LogY, 0.06));
        })];
    }
}
