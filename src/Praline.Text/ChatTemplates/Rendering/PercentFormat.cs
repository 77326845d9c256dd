using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary><c>'%s' % value</c>, and the filter <c>format</c>.</summary>
internal static class PercentFormat
{
    private const int LargestWidth = 10_000;

    public static string Apply(string format, object? value, RenderBudget budget)
    {
        var arguments = value is SequenceValue { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [value];
        var result = new StringBuilder();
        var next = 0;
        var usedNames = false;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            i++;
            var name = ReadName(format, ref i);
            var flags = Read(format, ref i, c => "-+ #0".Contains(c));
            var width = Star(Read(format, ref i, c => char.IsAsciiDigit(c) || c == '*'), arguments, ref next);
            long? precision = null;
            if (i < format.Length && format[i] == '.')
            {
                i++;
                precision = Star(Read(format, ref i, c => char.IsAsciiDigit(c) || c == '*'), arguments, ref next);
            }

            if (i >= format.Length)
            {
                throw TemplateErrors.Value("incomplete format");
            }

            if (format[i] == '%')
            {
                result.Append('%');
                continue;
            }

            usedNames |= name is not null;
            var argument = name is not null
                ? Members.Item(value, name, budget)
                : next < arguments.Count ? arguments[next++] : throw TemplateErrors.Type("not enough arguments for format string");
            result.Append(One(format[i], argument, flags, width, precision, budget));
            RenderBudget.CheckLength(result.Length);
        }

        if (next < arguments.Count && !usedNames && value is not (DictValue or Undefined))
        {
            throw TemplateErrors.Type("not all arguments converted during string formatting");
        }

        return budget.Text(result.ToString());
    }

    private static string One(char code, object? value, string flags, long width, long? precision, RenderBudget budget)
    {
        if (precision > NumberFormat.LargestPrecision)
        {
            throw TemplateErrors.Limit($"the precision {precision} of a format is above {NumberFormat.LargestPrecision}.");
        }

        var sign = "";
        string text;
        switch (code)
        {
            case 's' or 'r' or 'a':
                text = code == 's' ? ValueText.Str(value, budget) : ValueText.Repr(value, budget);
                text = precision is { } most && most < text.Length ? text[..(int)most] : text;
                flags = flags.Replace("0", "");
                break;
            case 'c':
                text = value is long point ? char.ConvertFromUtf32((int)Math.Clamp(point, 0, 0xD7FF)) : ValueText.Str(value, budget);
                break;
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                var whole = value is double number ? (long)number : Numbers.Whole(value);
                text = NumberFormat.Whole(whole, code, flags.Contains('#')).PadLeft((int)(precision ?? 0), '0');
                sign = whole < 0 ? "-" : flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";
                break;
            case 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                var real = NumberFormat.RealOf(value);
                text = NumberFormat.Real(real, code, (int)(precision ?? 6));
                sign = real < 0 ? "-" : flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";
                break;
            default:
                throw TemplateErrors.Value($"unsupported format character '{code}'");
        }

        budget.Characters(width + text.Length);
        var missing = Math.Max(0, (int)width - text.Length - sign.Length);
        return flags.Contains('-') ? sign + text + new string(' ', missing)
            : flags.Contains('0') ? sign + new string('0', missing) + text
            : new string(' ', missing) + sign + text;
    }

    private static string? ReadName(string format, ref int at)
    {
        if (at >= format.Length || format[at] != '(')
        {
            return null;
        }

        var end = format.IndexOf(')', at);
        if (end < 0)
        {
            throw TemplateErrors.Value("incomplete format key");
        }

        var name = format[(at + 1)..end];
        at = end + 1;
        return name;
    }

    private static string Read(string format, ref int at, Func<char, bool> condition)
    {
        var start = at;
        while (at < format.Length && condition(format[at]))
        {
            at++;
        }

        return format[start..at];
    }

    private static long Star(string text, IReadOnlyList<object?> arguments, ref int next)
    {
        if (text == "*")
        {
            return Math.Clamp(Numbers.Whole(next < arguments.Count ? arguments[next++] : null), 0, LargestWidth);
        }

        if (text.Length == 0)
        {
            return 0;
        }

        return long.TryParse(text, out var value) && value <= LargestWidth
            ? value
            : throw TemplateErrors.Limit($"the width '{text}' of a format is above {LargestWidth}.");
    }
}
