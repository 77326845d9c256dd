using System.Globalization;
using System.Text;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Python's <c>strftime</c>.</summary>
internal static class TimeText
{
    public static string Format(DateTime time, string format)
    {
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            // "%-d" leaves out the leading zero.
            var bare = format[i + 1] == '-' && i + 2 < format.Length;
            i += bare ? 2 : 1;
            var text = Part(time, format[i]) ?? $"%{format[i]}";
            result.Append(bare && text.Length > 1 ? text.TrimStart('0').PadLeft(1, '0') : text);
        }

        return result.ToString();
    }

    private static string? Part(DateTime time, char code)
    {
        string Of(string format) => time.ToString(format, CultureInfo.InvariantCulture);
        return code switch
        {
            'Y' => Of("yyyy"),
            'y' => Of("yy"),
            'm' => Of("MM"),
            'd' => Of("dd"),
            'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'B' => Of("MMMM"),
            'b' or 'h' => Of("MMM"),
            'A' => Of("dddd"),
            'a' => Of("ddd"),
            'H' => Of("HH"),
            'I' => Of("hh"),
            'M' => Of("mm"),
            'S' => Of("ss"),
            'f' => Of("ffffff"),
            'p' => Of("tt"),
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'F' => Of("yyyy-MM-dd"),
            'T' or 'X' => Of("HH:mm:ss"),
            'R' => Of("HH:mm"),
            'D' or 'x' => Of("MM/dd/yy"),
            'c' => $"{Of("ddd MMM")} {time.Day,2} {Of("HH:mm:ss yyyy")}",
            'z' or 'Z' => "",
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            _ => null,
        };
    }
}
