using System.Globalization;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Filters on numbers, and conversions to them.</summary>
internal static class NumberFilters
{
    public static IReadOnlyDictionary<string, FilterFunction> All { get; } = new Dictionary<string, FilterFunction>
    {
        ["int"] = ToInt,
        ["float"] = (value, arguments, _) => ParseFloat(value) ?? arguments.Bind("float", ("default", 0.0))[0],
        ["abs"] = (value, _, _) => Numbers.TryOf(value, out var number)
            ? number is long whole ? Math.Abs(Math.Max(whole, -long.MaxValue)) : (object)Math.Abs((double)number)
            : throw TemplateErrors.Type($"bad operand type for abs(): '{ValueKinds.NameOf(value)}'"),
        ["round"] = Round,
    };

    private static object? ToInt(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("int", ("default", 0L), ("base", 10L));
        return value switch
        {
            long or bool => Numbers.Whole(value),
            string text when Numbers.Whole(bound[1]) is 2 or 8 or 16 => ParseRadix(text, (int)Numbers.Whole(bound[1])) ?? bound[0],
            string text when long.TryParse(Clean(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            _ => ParseFloat(value) is { } real && double.IsFinite(real) && Math.Abs(real) < 9.2e18 ? (long)real : bound[0],
        };
    }

    private static long? ParseRadix(string text, int radix)
    {
        text = Clean(text).ToLowerInvariant();
        var negative = text.StartsWith('-');
        text = text.TrimStart('-', '+');
        text = text.StartsWith(radix switch { 2 => "0b", 8 => "0o", _ => "0x" }, StringComparison.Ordinal) ? text[2..] : text;
        try
        {
            return text.Length == 0 ? null : negative ? -Convert.ToInt64(text, radix) : Convert.ToInt64(text, radix);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static double? ParseFloat(object? value) => value switch
    {
        long or bool or double => NumberFormat.RealOf(value),
        string text when double.TryParse(Clean(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => real,
        _ => null,
    };

    /// <summary>
    /// A number's text without the space around it and the underscores between its digits, which Python allows.
    /// </summary>
    private static string Clean(string text)
    {
        text = StringMethods.Strip(text, null, left: true, right: true);
        return text.StartsWith('_') || text.EndsWith('_') ? text : text.Replace("_", "");
    }

    private static object Round(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("round", ("precision", 0L), ("method", "common"));
        if (!Numbers.TryOf(value, out var number))
        {
            throw TemplateErrors.Type($"type {ValueKinds.NameOf(value)} doesn't define __round__ method");
        }

        var precision = (int)Math.Clamp(Numbers.Whole(bound[0]), -300, 300);
        var scale = Math.Pow(10, precision);
        switch (bound[1])
        {
            case "ceil": return Math.Ceiling(Numbers.Real(number) * scale) / scale;
            case "floor": return Math.Floor(Numbers.Real(number) * scale) / scale;
            case "common" when number is long whole:
                return precision >= 0 ? whole : (long)(Math.Round(whole * scale, MidpointRounding.ToEven) / scale);
            case "common":
                // Rounds the decimal value exactly as it is stored, halves to even.
                var real = (double)number;
                return precision is >= 0 and <= 15 && Math.Abs(real) < 7.9e12
                    ? (double)Math.Round((decimal)real, precision, MidpointRounding.ToEven)
                    : precision < 0 ? Math.Round(real * scale, MidpointRounding.ToEven) / scale : real;
            default: throw new ChatTemplateException("FilterArgumentError", "method must be common, ceil or floor");
        }
    }
}
