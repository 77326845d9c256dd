using System.Globalization;
using System.Text.RegularExpressions;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Python's format specifications: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal static partial class FormatSpec
{
    private const int LargestWidth = 10_000;

    public static string Apply(object? value, string spec, RenderBudget budget)
    {
        if (spec.Length == 0)
        {
            return ValueText.Str(value, budget);
        }

        var match = Grammar().Match(spec);
        if (!match.Success)
        {
            throw TemplateErrors.Value("Invalid format specifier");
        }

        string Part(string name) => match.Groups[name].Value;
        var width = Number(Part("width"), LargestWidth) ?? 0;
        var precision = Number(Part("precision"), NumberFormat.LargestPrecision);
        var type = Part("type").Length > 0 ? Part("type")[0] : '\0';
        var (sign, body) = Body(value, type, precision, Part("alternate").Length > 0, budget);
        sign = sign.Length > 0 || value is not (long or double or bool) || Part("sign") is "" or "-" ? sign : Part("sign");
        body = Part("group").Length > 0 ? NumberFormat.Group(body, Part("group")[0]) : body;
        var isNumber = value is long or double or bool;
        var zero = Part("zero").Length > 0 && Part("align").Length == 0;
        var align = Part("align").Length > 0 ? Part("align")[0] : zero && isNumber ? '=' : isNumber ? '>' : '<';
        var fill = Part("fill").Length > 0 ? Part("fill")[0] : Part("zero").Length > 0 ? '0' : ' ';
        budget.Characters(width + body.Length);
        return align switch
        {
            '=' => sign + StringMethods.Pad(body, width - sign.Length, fill, missing => (missing, 0), budget),
            '<' => StringMethods.Pad(sign + body, width, fill, missing => (0, missing), budget),
            '^' => StringMethods.Pad(sign + body, width, fill, missing => (missing / 2, missing - (missing / 2)), budget),
            _ => StringMethods.Pad(sign + body, width, fill, missing => (missing, 0), budget),
        };
    }

    private static (string Sign, string Body) Body(object? value, char type, int? precision, bool alternate, RenderBudget budget)
    {
        switch (value)
        {
            case string text when type is '\0' or 's':
                return ("", precision is { } most && most < text.Length ? text[..most] : text);
            case bool when type == '\0':
                return ("", ValueText.Str(value, budget));
            case long or bool when type is '\0' or 'd' or 'n' or 'x' or 'X' or 'o' or 'b':
                var whole = Numbers.Whole(value);
                return (whole < 0 ? "-" : "", NumberFormat.Whole(whole, type, alternate));
            case long or bool or double when type is 'f' or 'F' or 'e' or 'E' or 'g' or 'G' or '%':
                var real = NumberFormat.RealOf(value);
                return (real < 0 ? "-" : "", NumberFormat.Real(real, type, precision ?? 6));
            case double number when type == '\0':
                return (number < 0 ? "-" : "", precision is { } digits
                    ? NumberFormat.Real(number, 'g', digits)
                    : ValueText.Float(Math.Abs(number)));
            default:
                throw TemplateErrors.Value(
                    $"Unknown format code '{(type == '\0' ? 's' : type)}' for object of type '{ValueKinds.NameOf(value)}'");
        }
    }

    private static int? Number(string text, int largest) => text.Length == 0 ? null
        : int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value <= largest ? value
        : throw TemplateErrors.Limit($"the number '{text}' in a format is above {largest}.");

    [GeneratedRegex(
        @"^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>\#)?(?<zero>0)?(?<width>\d+)?(?<group>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 500)]
    private static partial Regex Grammar();
}
