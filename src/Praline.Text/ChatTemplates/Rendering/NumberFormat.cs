using System.Globalization;
using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Writes numbers in the ways that Python's format codes name.</summary>
internal static class NumberFormat
{
    public const int LargestPrecision = 100;

    /// <summary>A whole number in base 2, 8, 10 or 16, without its sign.</summary>
    public static string Whole(long value, char code, bool alternate)
    {
        var magnitude = value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value;
        var (radix, prefix) = char.ToLowerInvariant(code) switch { 'x' => (16u, "0x"), 'o' => (8u, "0o"), 'b' => (2u, "0b"), _ => (10u, "") };
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, "0123456789abcdef"[(int)(magnitude % radix)]);
            magnitude /= radix;
        }
        while (magnitude > 0);

        var text = (alternate ? prefix : "") + digits;
        return code == 'X' ? text.ToUpperInvariant() : text;
    }

    /// <summary>A real number as <c>f</c>, <c>e</c>, <c>g</c> or <c>%</c>, without its sign.</summary>
    public static string Real(double value, char code, int precision)
    {
        value = Math.Abs(value);
        if (!double.IsFinite(value))
        {
            return ValueText.Float(value);
        }

        var text = char.ToLowerInvariant(code) switch
        {
            'f' => value.ToString("F" + precision, CultureInfo.InvariantCulture),
            '%' => (value * 100).ToString("F" + precision, CultureInfo.InvariantCulture) + "%",
            'e' => Exponent(value, precision),
            _ => General(value, Math.Max(precision, 1)),
        };
        return char.IsUpper(code) ? text.ToUpperInvariant() : text;
    }

    /// <summary>Puts a separator between each three digits before the fraction.</summary>
    public static string Group(string digits, char separator)
    {
        var end = digits.TakeWhile(char.IsAsciiDigit).Count();
        var result = new StringBuilder(digits);
        for (var at = end - 3; at > 0; at -= 3)
        {
            result.Insert(at, separator);
        }

        return result.ToString();
    }

    public static double RealOf(object? value) => Numbers.TryOf(value, out var number)
        ? Numbers.Real(number)
        : throw TemplateErrors.Type($"must be real number, not {ValueKinds.NameOf(value)}");

    private static string Exponent(double value, int precision)
    {
        var text = value.ToString("E" + precision, CultureInfo.InvariantCulture);
        var at = text.IndexOf('E');
        return $"{text[..at]}e{text[at + 1]}{int.Parse(text[(at + 2)..], CultureInfo.InvariantCulture):00}";
    }

    private static string General(double value, int precision)
    {
        var scientific = Exponent(value, precision - 1);
        var at = scientific.IndexOf('e');
        var exponent = int.Parse(scientific[(at + 1)..], CultureInfo.InvariantCulture);
        return exponent < -4 || exponent >= precision
            ? TrimZeros(scientific[..at]) + scientific[at..]
            : TrimZeros(value.ToString("F" + Math.Clamp(precision - 1 - exponent, 0, LargestPrecision), CultureInfo.InvariantCulture));
    }

    private static string TrimZeros(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
}
