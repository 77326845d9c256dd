using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Python's ways to take a string apart.</summary>
internal static class StringSplitting
{
    private const string LineEnds = "\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029";

    public static SequenceValue Split(string text, Arguments arguments, bool fromRight, RenderBudget budget)
    {
        var bound = arguments.Bind("split", ("sep", null), ("maxsplit", -1L));
        var most = Numbers.Whole(bound[1]);
        most = most < 0 ? long.MaxValue : most;
        budget.Characters(text.Length);
        var parts = bound[0] is null ? AtSpace(text, most, fromRight) : At(text, StringMethods.Text(bound[0]), most, fromRight);
        budget.Items(parts.Count);
        return SequenceValue.List(parts);
    }

    /// <summary>The lines of a text; a final line end makes no empty line.</summary>
    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.AsSpan(start).IndexOfAny(LineEnds) is >= 0 and var at ? start + at : text.Length;
            var next = end == text.Length ? end : end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }

        return lines;
    }

    public static SequenceValue Partition(string text, string separator, bool fromRight)
    {
        if (separator.Length == 0)
        {
            throw TemplateErrors.Value("empty separator");
        }

        var at = fromRight ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0
            ? fromRight ? SequenceValue.Tuple("", "", text) : SequenceValue.Tuple(text, "", "")
            : SequenceValue.Tuple(text[..at], separator, text[(at + separator.Length)..]);
    }

    private static List<string> At(string text, string separator, long most, bool fromRight)
    {
        if (separator.Length == 0)
        {
            throw TemplateErrors.Value("empty separator");
        }

        var parts = new List<string>();
        if (!fromRight)
        {
            var start = 0;
            while (parts.Count < most && text.IndexOf(separator, start, StringComparison.Ordinal) is >= 0 and var at)
            {
                parts.Add(text[start..at]);
                start = at + separator.Length;
            }

            parts.Add(text[start..]);
            return parts;
        }

        var end = text.Length;
        while (parts.Count < most && text.AsSpan(0, end).LastIndexOf(separator) is >= 0 and var at)
        {
            parts.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    /// <summary>Splits at runs of white space, with none at either end.</summary>
    private static List<string> AtSpace(string text, long most, bool fromRight)
    {
        var words = new List<(int Start, int End)>();
        for (var i = 0; i < text.Length;)
        {
            while (i < text.Length && PythonText.IsSpace(text[i]))
            {
                i++;
            }

            var start = i;
            while (i < text.Length && !PythonText.IsSpace(text[i]))
            {
                i++;
            }

            if (start < i)
            {
                words.Add((start, i));
            }
        }

        if (words.Count <= most)
        {
            return [.. words.Select(w => text[w.Start..w.End])];
        }

        // The rest stays in one piece: behind the last split, or before the first from the right.
        var count = (int)most;
        return fromRight
            ? [text[..words[^(count + 1)].End], .. words[(words.Count - count)..].Select(w => text[w.Start..w.End])]
            : [.. words[..count].Select(w => text[w.Start..w.End]), text[words[count].Start..]];
    }
}
