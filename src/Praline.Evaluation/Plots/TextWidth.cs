namespace Praline.Evaluation;

/// <summary>Estimates how wide text is, for margins and legends: a figure has no font metrics before it is shown.</summary>
internal static class TextWidth
{
    /// <summary>The width in pixels of <paramref name="text"/> in a sans-serif font of <paramref name="size"/> pixels, on the wide side.</summary>
    public static double Of(string text, double size)
    {
        var width = 0.0;
        foreach (var c in text)
        {
            width += c switch
            {
                'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' => 0.3,
                'f' or 't' or 'r' or ' ' or '(' or ')' or '[' or ']' or '/' or '-' => 0.38,
                'm' or 'w' or 'M' or 'W' or '%' or '@' => 0.88,
                >= 'A' and <= 'Z' => 0.68,
                > '\u2E7F' => 1,
                _ => 0.57,
            };
        }

        return width * size;
    }
}
