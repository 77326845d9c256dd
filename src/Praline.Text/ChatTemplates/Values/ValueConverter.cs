using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Praline.Text.ChatTemplates.Values;

/// <summary>Turns .NET objects and JSON into the values that templates work on.</summary>
internal static class ValueConverter
{
    private const int DeepestNesting = 100;

    /// <exception cref="ArgumentException">
    /// The object is of a type that has no counterpart, or nests too deeply.
    /// </exception>
    public static object? Convert(object? value, int depth = 0)
    {
        if (depth > DeepestNesting)
        {
            throw new ArgumentException($"A template's variable nests deeper than {DeepestNesting} levels.");
        }

        return value switch
        {
            null or bool or long or double or string => value,
            int or short or byte or sbyte or ushort or uint => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
            float or Half or decimal => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
            JsonElement json => ConvertJson(json, depth),
            ChatMessage message => message.ToValue(),
            IReadOnlyDictionary<string, object?> entries => DictValue.Of(entries.Select(e => (e.Key, Convert(e.Value, depth + 1)))),
            IEnumerable items => SequenceValue.List(items.Cast<object?>().Select(item => Convert(item, depth + 1))),
            _ => throw new ArgumentException($"A template can't use a variable of type {value.GetType()}."),
        };
    }

    private static object? ConvertJson(JsonElement json, int depth)
    {
        try
        {
            return Convert(json, depth);
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException("A template's variable holds JSON with a text that is not valid Unicode.", e);
        }
    }

    private static object? Convert(JsonElement json, int depth) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? whole : (object)json.GetDouble(),
        JsonValueKind.Array => SequenceValue.List(json.EnumerateArray().Select(item => Convert((object?)item, depth + 1))),
        JsonValueKind.Object => DictValue.Of(json.EnumerateObject().Select(p => (p.Name, Convert((object?)p.Value, depth + 1)))),
        _ => null,
    };
}
