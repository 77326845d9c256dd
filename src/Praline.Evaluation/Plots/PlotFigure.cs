namespace Praline.Evaluation;

/// <summary>A figure: panels in a grid under one title and one legend. Drawn by <see cref="SvgPlot"/>.</summary>
public sealed record PlotFigure
{
    /// <summary>The heading; says what is to be seen.</summary>
    public required string Title { get; init; }

    /// <summary>A line under it: conditions, what the lines are.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The panels, row by row.</summary>
    public required IReadOnlyList<PlotPanel> Panels { get; init; }

    /// <summary>How many panels stand side by side; 0 for as many as fit well.</summary>
    public int Columns { get; init; }

    /// <summary>Whether all panels have the same horizontal range; its numbers then stand under the lowest row only.</summary>
    public bool ShareX { get; init; }

    /// <summary>Whether all panels have the same vertical range; its numbers then stand beside the first column only.</summary>
    public bool ShareY { get; init; }

    /// <summary>Width of the figure in pixels.</summary>
    public double Width { get; init; } = 960;

    /// <summary>Height of a panel's data area in pixels, where the content doesn't ask for its own.</summary>
    public double PanelHeight { get; init; } = 210;

    internal int ColumnCount => Columns > 0 ? Math.Min(Columns, Math.Max(1, Panels.Count))
        : Panels.Count <= 3 ? Math.Max(1, Panels.Count) : Panels.Count == 4 ? 2 : 3;
}
