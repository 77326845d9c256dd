using System.Globalization;
using System.Text;

namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>The escapes of Python's string literals; an unknown one keeps its backslash, as there.</summary>
internal static class StringEscapes
{
    public static string Unescape(string text, int line)
    {
        if (!text.Contains('\\'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var c = text[++i];
            switch (c)
            {
                case 'n': result.Append('\n'); break;
                case 't': result.Append('\t'); break;
                case 'r': result.Append('\r'); break;
                case 'b': result.Append('\b'); break;
                case 'f': result.Append('\f'); break;
                case 'v': result.Append('\v'); break;
                case 'a': result.Append('\a'); break;
                case '\\' or '\'' or '"': result.Append(c); break;
                case '\n': break;
                case 'x': AppendHex(text, ref i, 2, line, result); break;
                case 'u': AppendHex(text, ref i, 4, line, result); break;
                case 'U': AppendHex(text, ref i, 8, line, result); break;
                case >= '0' and <= '7':
                    var value = 0;
                    var end = Math.Min(i + 3, text.Length);
                    for (; i < end && text[i] is >= '0' and <= '7'; i++)
                    {
                        value = (value * 8) + (text[i] - '0');
                    }

                    i--;
                    result.Append((char)value);
                    break;
                default: result.Append('\\').Append(c); break;
            }
        }

        return result.ToString();
    }

    private static void AppendHex(string text, ref int at, int digits, int line, StringBuilder result)
    {
        if (at + digits >= text.Length
            || !uint.TryParse(text.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value > 0x10FFFF)
        {
            throw TemplateLexer.Fail($"the string has a malformed escape \\{text[at]}", line);
        }

        // Surrogates may come as two escapes of four digits.
        result.Append(value > 0xFFFF ? char.ConvertFromUtf32((int)value) : ((char)value).ToString());
        at += digits;
    }
}
