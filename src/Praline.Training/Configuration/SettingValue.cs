using System.Collections;
using System.Globalization;

namespace Praline.Training.Configuration;

/// <summary>Fits values from configs (numbers, texts, truth values, lists) to the types that settings have.</summary>
public static class SettingValue
{
    /// <summary>Converts a value; a single value fits where a list is wanted.</summary>
    /// <exception cref="PralineException">It does not fit; the message names the setting.</exception>
    public static object? Convert(object? value, Type type, string where)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null)
        {
            return type.IsValueType && Nullable.GetUnderlyingType(type) is null ? throw Misfit("nothing", target, where) : null;
        }

        if (target.IsInstanceOfType(value))
        {
            return value;
        }

        if (target == typeof(IReadOnlyList<string>))
        {
            return Items(value).Select(item => (string)Convert(item, typeof(string), where)!).ToArray();
        }

        if (target == typeof(IReadOnlyList<double>))
        {
            return Items(value).Select(item => (double)Convert(item, typeof(double), where)!).ToArray();
        }

        if (target == typeof(IReadOnlyList<int>))
        {
            return Items(value).Select(item => (int)Convert(item, typeof(int), where)!).ToArray();
        }

        if (target.IsGenericType && target.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return Dictionary(value, target.GetGenericArguments()[1], where);
        }

        if (value is IReadOnlyList<string> { Count: 1 } single)
        {
            value = single[0]; // an option that is a list for another method
        }

        var text = System.Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return target switch
        {
            _ when target == typeof(string) => text,
            _ when target == typeof(bool) && bool.TryParse(text, out var truth) => truth,
            _ when target == typeof(double) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
            _ when target == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ when target == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ when target == typeof(ulong) && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ when target.IsEnum && Enum.TryParse(target, text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var named) => named,
            _ => throw Misfit($"'{text}'", target, where),
        };
    }

    private static object Dictionary(object value, Type element, string where)
    {
        var entries = value as IEnumerable<KeyValuePair<string, object?>> ?? Items(value).Select(item => Entry(item, where));

        var result = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), element))!;
        foreach (var (name, item) in entries)
        {
            result[name] = Convert(item, element, $"{where}.{name}");
        }

        return result;
    }

    /// <summary>A name with a value as the command line has it: <c>q_proj=16</c>.</summary>
    private static KeyValuePair<string, object?> Entry(object? item, string where) => item is string text && text.IndexOf('=') is > 0 and var split
        ? new(text[..split], text[(split + 1)..])
        : throw new PralineException($"The setting {where} should be names with values (NAME=VALUE), found '{item}'.");

    private static IEnumerable<object?> Items(object value) => value is IEnumerable list and not string ? list.Cast<object?>() : [value];

    private static PralineException Misfit(string found, Type target, string where)
    {
        var expected = target switch
        {
            _ when target == typeof(bool) => "true or false",
            _ when target == typeof(double) => "a number",
            _ when target.IsEnum => "one of " + string.Join(", ", Enum.GetNames(target).Select(SnakeCase.Of)),
            _ when target.IsPrimitive => "a whole number",
            _ => "a text",
        };
        return new PralineException($"The setting {where} should be {expected}, found {found}.");
    }
}
