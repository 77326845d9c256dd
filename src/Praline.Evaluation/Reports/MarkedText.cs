using System.Text;

namespace Praline.Evaluation;

/// <summary>Text with marked stretches: a caption whose hallucinated facts stand out.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Marks">The stretches; where two overlap, the one that begins first (the longer of two) is shown.</param>
public sealed record MarkedText(string Text, IReadOnlyList<TextMark> Marks)
{
    /// <summary>Text without marks.</summary>
    public static implicit operator MarkedText(string text) => new(text, []);

    internal string ToHtml()
    {
        var html = new StringBuilder();
        var position = 0;
        foreach (var mark in Marks.OrderBy(m => m.Start).ThenByDescending(m => m.Length))
        {
            var start = Math.Max(mark.Start, 0);
            var end = Math.Min(mark.Start + mark.Length, Text.Length);
            if (start < position || end <= start)
            {
                continue;
            }

            html.Append(MarkupWriter.Escape(Text[position..start]));
            html.Append($"<mark class=\"{mark.Tone.ToString().ToLowerInvariant()}\" title=\"{MarkupWriter.Escape(mark.Hint)}\">");
            html.Append(MarkupWriter.Escape(Text[start..end])).Append("</mark>");
            position = end;
        }

        return html.Append(MarkupWriter.Escape(Text[position..])).ToString();
    }
}
