using Praline.Torch;

namespace Praline.Models.Vision;

/// <summary>
/// Where the patches of one image or video lie: their order in the tower, their rotary positions, and who attends to whom. The
/// processor lists patches by time, then by squares of merge size, row by row; version 2.5 goes through the squares window by window.
/// </summary>
internal sealed class QwenVisionPlaces
{
    private readonly QwenVisionConfig _config;
    private readonly (int Time, int Height, int Width) _grid;
    private readonly long[]? _order; // for each place in window order, the square's number in the processor's order; null when the same
    private readonly long[] _windowLengths; // in patches

    internal QwenVisionPlaces(QwenVisionConfig config, (int Time, int Height, int Width) grid)
    {
        if (grid.Time < 1 || grid.Height < 1 || grid.Width < 1 || grid.Height % config.MergeSize != 0 || grid.Width % config.MergeSize != 0)
        {
            throw new ArgumentException(
                $"A grid of patches must have sides that are multiples of {config.MergeSize}, found {grid}.", nameof(grid));
        }

        _config = config;
        _grid = grid;
        (_order, _windowLengths) = config.IsVersion25 ? ByWindows(config, grid) : (null, []);
    }

    private int Square => _config.MergeSize * _config.MergeSize;

    /// <summary>Patches [N, d] in the tower's order.</summary>
    internal Tensor ToWindows(Tensor patches) => _order is null
        ? patches
        : patches.View(_order.Length, Square, -1).IndexSelect(0, Tensor.From<long>(_order).To(patches.Device)).View(patches.Shape);

    /// <summary>Features [squares, d] back in reading order.</summary>
    internal Tensor FromWindows(Tensor features)
    {
        if (_order is null)
        {
            return features;
        }

        var inverse = new long[_order.Length];
        for (var i = 0; i < inverse.Length; i++)
        {
            inverse[_order[i]] = i;
        }

        return features.IndexSelect(0, Tensor.From<long>(inverse).To(features.Device));
    }

    /// <summary>
    /// Cosines and sines [N, head / 2] in single precision: the first half of the frequencies turns with the row, the
    /// second with the column.
    /// </summary>
    internal (Tensor Cos, Tensor Sin) Rotations(Device device)
    {
        var quarter = _config.HeadDim / 4;
        var frequencies = Tensor.From<float>([.. Enumerable.Range(0, quarter).Select(i => (float)(1 / Math.Pow(10000, (double)i / quarter)))]);
        var (rows, columns) = RowsAndColumns();
        var angles = Tensor.Cat([Angles(rows), Angles(columns)], -1).To(device); // [N, head / 2]
        return (angles.Cos(), angles.Sin());

        Tensor Angles(float[] places) => Tensor.From<float>(places).Unsqueeze(1) * frequencies;
    }

    /// <summary>Each frame a segment.</summary>
    internal AttentionSegments Frames(Device device) =>
        new([.. Enumerable.Repeat((long)_grid.Height * _grid.Width, _grid.Time)], device);

    /// <summary>Each window a segment.</summary>
    internal AttentionSegments Windows(Device device) => _order is null ? Frames(device) : new(_windowLengths, device);

    /// <summary>Row and column of each patch, in the tower's order.</summary>
    private (float[] Rows, float[] Columns) RowsAndColumns()
    {
        var merge = _config.MergeSize;
        var (squareRows, squareColumns) = (_grid.Height / merge, _grid.Width / merge);
        var count = _grid.Time * squareRows * squareColumns;
        var (rows, columns) = (new float[count * Square], new float[count * Square]);
        for (var place = 0; place < count; place++)
        {
            var square = (int)(_order?[place] ?? place) % (squareRows * squareColumns);
            for (var i = 0; i < Square; i++)
            {
                rows[(place * Square) + i] = (square / squareColumns * merge) + (i / merge);
                columns[(place * Square) + i] = (square % squareColumns * merge) + (i % merge);
            }
        }

        return (rows, columns);
    }

    private static (long[] Order, long[] Lengths) ByWindows(QwenVisionConfig config, (int Time, int Height, int Width) grid)
    {
        var (rows, columns, window) = (grid.Height / config.MergeSize, grid.Width / config.MergeSize, config.WindowFeatures);
        var order = new List<long>();
        var lengths = new List<long>();
        for (var time = 0; time < grid.Time; time++)
        {
            for (var top = 0; top < rows; top += window)
            {
                for (var left = 0; left < columns; left += window)
                {
                    var before = order.Count;
                    for (var row = top; row < Math.Min(top + window, rows); row++)
                    {
                        for (var column = left; column < Math.Min(left + window, columns); column++)
                        {
                            order.Add((((long)time * rows) + row) * columns + column);
                        }
                    }

                    lengths.Add((order.Count - before) * config.MergeSize * config.MergeSize);
                }
            }
        }

        return ([.. order], [.. lengths]);
    }
}
