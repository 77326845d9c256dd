namespace Praline.Evaluation;

/// <summary>A figure.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="Caption">What is to be seen in it; may be empty.</param>
public sealed record FigureBlock(PlotFigure Figure, string Caption = "") : ReportBlock
{
    internal override void Write(MarkupWriter html)
    {
        html.Open("figure").Open("div", ("class", "scroll")).Raw(SvgPlot.Render(Figure)).Close();
        if (Caption.Length > 0)
        {
            html.Text("figcaption", Caption);
        }

        html.Close();
    }
}
