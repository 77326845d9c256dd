namespace Praline.Evaluation;

/// <summary>One pair of axes with data in a <see cref="PlotFigure"/>.</summary>
public abstract record PlotPanel
{
    /// <summary>Heading of the panel.</summary>
    public string Title { get; init; } = "";

    /// <summary>What the horizontal axis shows, with its unit.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>What the vertical axis shows, with its unit.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>The horizontal axis' range; by default what the data covers.</summary>
    public (double Minimum, double Maximum)? XRange { get; init; }

    /// <summary>The vertical axis' range; by default what the data covers.</summary>
    public (double Minimum, double Maximum)? YRange { get; init; }

    /// <summary>Whether the vertical axis is logarithmic; values that are not above zero are then not drawn.</summary>
    public bool LogY { get; init; }

    /// <summary>Vertical reference lines.</summary>
    public IReadOnlyList<PlotRule> XRules { get; init; } = [];

    /// <summary>Horizontal reference lines.</summary>
    public IReadOnlyList<PlotRule> YRules { get; init; } = [];

    /// <summary>Labels of the rows, top to bottom, of a panel whose vertical axis counts categories; null for numbers.</summary>
    internal virtual IReadOnlyList<Tick>? Categories => null;

    /// <summary>Height of the data area that the content asks for, or null for the figure's.</summary>
    internal virtual double? PreferredHeight => null;

    /// <summary>Room on the right for numbers beside the data.</summary>
    internal virtual double RightGutter => 0;

    internal abstract Extent XExtent { get; }

    internal abstract Extent YExtent { get; }

    internal abstract IEnumerable<LegendEntry> Legend { get; }

    internal abstract void Draw(MarkupWriter svg, PanelFrame frame);
}
