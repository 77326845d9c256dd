using System.Globalization;
using System.Text;

namespace Praline.Evaluation;

/// <summary>
/// Writes SVG and HTML elements. Numbers have at most two decimals and never a locale's comma, text is escaped: the same input gives the same bytes
/// everywhere.
/// </summary>
internal sealed class MarkupWriter
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = new();

    /// <summary>A number as it stands in an attribute.</summary>
    public static string Number(double value)
    {
        var text = value.ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    /// <summary>Text with &lt;, &gt;, &amp; and quotes escaped; characters that XML forbids become U+FFFD.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            escaped.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                < ' ' and not ('\t' or '\n' or '\r') or '\uFFFE' or '\uFFFF' => "\uFFFD",
                _ => c.ToString(),
            });
        }

        return escaped.ToString();
    }

    /// <summary>Opens an element; attribute values are strings (escaped) or numbers.</summary>
    public MarkupWriter Open(string name, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Tag(name, attributes);
        _text.Append(">\n");
        _open.Push(name);
        return this;
    }

    /// <summary>Closes the element opened last.</summary>
    public MarkupWriter Close()
    {
        _text.Append("</").Append(_open.Pop()).Append(">\n");
        return this;
    }

    /// <summary>An element without content.</summary>
    public MarkupWriter Element(string name, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Tag(name, attributes);
        _text.Append("/>\n");
        return this;
    }

    /// <summary>An element that holds text.</summary>
    public MarkupWriter Text(string name, string content, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Tag(name, attributes);
        _text.Append('>').Append(Escape(content)).Append("</").Append(name).Append(">\n");
        return this;
    }

    /// <summary>Text that is markup already (a style sheet).</summary>
    public MarkupWriter Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>A label: <c>&lt;text&gt;</c> at a point.</summary>
    public MarkupWriter Label(string content, double x, double y, string style, string anchor = "start") =>
        Text("text", content, ("class", style), ("x", x), ("y", y), ("text-anchor", anchor));

    /// <summary>A straight line.</summary>
    public MarkupWriter Line(double x1, double y1, double x2, double y2, string style) =>
        Element("line", ("class", style), ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    /// <summary>A line through points; points that are not finite break it.</summary>
    public MarkupWriter Path(IEnumerable<(double X, double Y)> points, string style)
    {
        var path = new StringBuilder();
        var pen = 'M';
        foreach (var (x, y) in points)
        {
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                pen = 'M';
                continue;
            }

            path.Append(pen).Append(Number(x)).Append(' ').Append(Number(y));
            pen = 'L';
        }

        return path.Length == 0 ? this : Element("path", ("class", style), ("d", path.ToString()));
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Tag(string name, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach (var (key, value) in attributes)
        {
            var text = value switch
            {
                double number => Number(number),
                int number => number.ToString(CultureInfo.InvariantCulture),
                _ => Escape((string)value),
            };
            _text.Append(' ').Append(key).Append("=\"").Append(text).Append('"');
        }
    }
}
