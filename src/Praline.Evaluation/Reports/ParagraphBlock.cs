namespace Praline.Evaluation;

/// <summary>Running text.</summary>
/// <param name="Text">Plain text; an empty line begins a new paragraph.</param>
public sealed record ParagraphBlock(string Text) : ReportBlock
{
    internal override void Write(MarkupWriter html)
    {
        foreach (var paragraph in Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            html.Text("p", paragraph);
        }
    }
}
