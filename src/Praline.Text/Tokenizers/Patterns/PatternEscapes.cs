using System.Globalization;

namespace Praline.Text.Tokenizers.Patterns;

/// <summary>What a backslash introduces in a pattern, inside and outside a class.</summary>
internal static class PatternEscapes
{
    /// <summary>Reads the escape whose backslash is at <paramref name="position"/> and moves behind it.</summary>
    public static CodePointSet Read(string pattern, ref int position, bool ignoreCase)
    {
        var letter = position + 1 < pattern.Length
            ? pattern[position + 1]
            : throw new FormatException("ends with a lone backslash");
        CodePointSet? known = letter switch
        {
            's' => CodePointSet.Space,
            'S' => CodePointSet.Space.Negate(),
            'd' => CodePointSet.Digit,
            'D' => CodePointSet.Digit.Negate(),
            'w' => CodePointSet.Word,
            'W' => CodePointSet.Word.Negate(),
            'h' => CodePointSet.Hex,
            'H' => CodePointSet.Hex.Negate(),
            'N' => CodePointSet.AnyButNewline,
            _ => null,
        };
        if (known is not null)
        {
            position += 2;
            return known;
        }

        return letter is 'p' or 'P'
            ? Property(pattern, ref position)
            : CodePointSet.Of(CodePoint(pattern, ref position), ignoreCase);
    }

    /// <summary>
    /// True when the escape at <paramref name="position"/> stands for one code point, so that it may bound a range.
    /// </summary>
    public static bool IsSinglePoint(string pattern, int position) =>
        position + 1 < pattern.Length && !"sSdDwWhHNpP".Contains(pattern[position + 1]);

    /// <summary>
    /// Reads an escaped code point: <c>\n</c>, <c>\x41</c>, <c>\x{1F600}</c>, <c>\u0041</c>, <c>\.</c>.
    /// </summary>
    public static int CodePoint(string pattern, ref int position)
    {
        var letter = position + 1 < pattern.Length
            ? pattern[position + 1]
            : throw new FormatException("ends with a lone backslash");
        position += 2;
        switch (letter)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return 7;
            case 'e': return 27;
            case '0': return 0;
            case 'x' or 'u' or 'U' when position < pattern.Length && pattern[position] == '{':
                var end = pattern.IndexOf('}', position);
                var braced = end < 0 ? "" : pattern[(position + 1)..end];
                position = end + 1;
                return Hex(braced);
            case 'x': return Hex(Digits(pattern, ref position, 2));
            case 'u': return Hex(Digits(pattern, ref position, 4));
            case 'U': return Hex(Digits(pattern, ref position, 8));
            case >= '1' and <= '9':
                throw new FormatException($"has a back-reference \\{letter}, which is not supported");
            case 'G' or 'k' or 'g' or 'K' or 'R' or 'X' or 'Q' or 'E':
                throw new FormatException($"has \\{letter}, which is not supported");
            default:
                position--;
                var codePoint = CodePointAt(pattern, position);
                position += codePoint > 0xFFFF ? 2 : 1;
                return codePoint;
        }
    }

    public static int CodePointAt(string pattern, int position) =>
        char.IsHighSurrogate(pattern[position]) && position + 1 < pattern.Length && char.IsLowSurrogate(pattern[position + 1])
            ? char.ConvertToUtf32(pattern[position], pattern[position + 1])
            : pattern[position];

    private static string Digits(string pattern, ref int position, int count)
    {
        var digits = position + count <= pattern.Length ? pattern.Substring(position, count) : "";
        position += digits.Length;
        return digits;
    }

    private static int Hex(string digits) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
        && value is >= 0 and <= 0x10FFFF
            ? value
            : throw new FormatException($"has a malformed hexadecimal escape '{digits}'");

    private static CodePointSet Property(string pattern, ref int position)
    {
        var negated = pattern[position + 1] == 'P';
        position += 2;
        var name = position < pattern.Length ? pattern[position].ToString() : "";
        if (name == "{")
        {
            var end = pattern.IndexOf('}', position);
            if (end < 0)
            {
                throw new FormatException("has a property name that is not closed");
            }

            name = pattern[(position + 1)..end];
            position = end + 1;
        }
        else
        {
            position++;
        }

        if (name.StartsWith('^'))
        {
            (negated, name) = (!negated, name[1..]);
        }

        var set = UnicodeProperties.Find(name)
            ?? throw new FormatException(
                $"names the Unicode property '{name}', which is not known; known are the general categories and the scripts "
                + string.Join(", ", UnicodeProperties.Scripts));
        return negated ? set.Negate() : set;
    }
}
