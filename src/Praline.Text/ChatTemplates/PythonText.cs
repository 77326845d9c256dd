using System.Globalization;
using System.Text;

namespace Praline.Text.ChatTemplates;

/// <summary>What Python means by white space, quoting and a character's index.</summary>
internal static class PythonText
{
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!IsSpace(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The length of the text without the white space at its end.</summary>
    public static int TrimmedEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return end;
    }

    /// <summary>
    /// <c>repr</c> of a string: single quotes unless it holds one and no double quote; what can't be printed is
    /// escaped.
    /// </summary>
    public static string Quote(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            var value = rune.Value;
            switch (value)
            {
                case '\\': result.Append(@"\\"); break;
                case '\n': result.Append(@"\n"); break;
                case '\r': result.Append(@"\r"); break;
                case '\t': result.Append(@"\t"); break;
                default:
                    if (value == quote) { result.Append('\\').Append(quote); }
                    else if (IsPrintable(rune)) { result.Append(rune.ToString()); }
                    else if (value < 0x100) { result.Append(@"\x").Append(value.ToString("x2", CultureInfo.InvariantCulture)); }
                    else if (value < 0x10000) { result.Append(@"\u").Append(value.ToString("x4", CultureInfo.InvariantCulture)); }
                    else { result.Append(@"\U").Append(value.ToString("x8", CultureInfo.InvariantCulture)); }

                    break;
            }
        }

        return result.Append(quote).ToString();
    }

    /// <summary>The number of code points.</summary>
    public static int Length(string text) => HasSurrogates(text) ? text.EnumerateRunes().Count() : text.Length;

    /// <summary>The text as code points, each one string; for indexing, slicing and padding.</summary>
    public static IReadOnlyList<string> Characters(string text) => [.. text.EnumerateRunes().Select(r => r.ToString())];

    public static bool HasSurrogates(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);
}
