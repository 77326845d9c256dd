namespace Praline.Evaluation;

/// <summary>Paints one panel: heading, grid, axes, reference lines, data.</summary>
internal static class PanelPainter
{
    /// <summary>Paints the panel into its cell.</summary>
    public static void Paint(MarkupWriter svg, PlotPanel panel, PanelCell cell)
    {
        var frame = cell.Frame;
        Head(svg, panel, cell);
        foreach (var tick in frame.X.Ticks(72))
        {
            var x = frame.X.Map(tick.Value);
            svg.Line(x, frame.Top, x, frame.Bottom, "grid");
            if (cell.XNumbers)
            {
                svg.Label(tick.Label, x, frame.Bottom + 16, "k", "middle");
            }
        }

        foreach (var tick in panel.Categories ?? frame.Y.Ticks(44))
        {
            var y = frame.Y.Map(tick.Value);
            if (panel.Categories is null)
            {
                svg.Line(frame.Left, y, frame.Right, y, "grid");
            }

            if (cell.YNumbers)
            {
                svg.Label(tick.Label, frame.Left - 8, y + 4, panel.Categories is null ? "k" : "n", "end");
            }
        }

        var (axisX, axisY) = (Math.Clamp(frame.X.Map(0), frame.Left, frame.Right), frame.Bottom);
        svg.Line(frame.Left, axisY, frame.Right, axisY, "axis");
        if (panel.Categories is not null && double.IsFinite(axisX))
        {
            svg.Line(axisX, frame.Top, axisX, frame.Bottom, "axis");
        }

        if (cell.XNumbers && panel.XLabel.Length > 0)
        {
            svg.Label(panel.XLabel, frame.Left + (frame.Width / 2), frame.Bottom + 34, "y", "middle");
        }

        Rules(svg, panel, frame);

        // A nested svg clips what a given range leaves outside, without ids that could clash on a page.
        var (x0, y0, width, height) = (frame.Left - 6, frame.Top - 6, frame.Width + 12 + panel.RightGutter, frame.Height + 12);
        var box = string.Join(' ', new[] { x0, y0, width, height }.Select(MarkupWriter.Number));
        svg.Open("svg", ("x", x0), ("y", y0), ("width", width), ("height", height), ("viewBox", box));
        panel.Draw(svg, frame);
        svg.Close();
    }

    private static void Head(MarkupWriter svg, PlotPanel panel, PanelCell cell)
    {
        var y = cell.Frame.Top - 10;
        if (panel.YLabel.Length > 0)
        {
            svg.Label(panel.YLabel, cell.Frame.Left, y, "y");
            y -= 17;
        }

        if (panel.Title.Length > 0)
        {
            svg.Label(panel.Title, cell.Frame.Left, y, "p");
        }
    }

    private static void Rules(MarkupWriter svg, PlotPanel panel, PanelFrame frame)
    {
        foreach (var rule in panel.XRules)
        {
            var x = frame.X.Map(rule.Value);
            if (x >= frame.Left && x <= frame.Right)
            {
                var left = x > frame.Left + (frame.Width * 0.6);
                svg.Line(x, frame.Top, x, frame.Bottom, "rule");
                svg.Label(rule.Label, x + (left ? -5 : 5), frame.Top + 11, "k", left ? "end" : "start");
            }
        }

        foreach (var rule in panel.YRules)
        {
            var y = frame.Y.Map(rule.Value);
            if (y >= frame.Top && y <= frame.Bottom)
            {
                svg.Line(frame.Left, y, frame.Right, y, "rule");
                svg.Label(rule.Label, frame.Right - 4, y - 5, "k", "end");
            }
        }
    }
}
