using System.Text.Json;

namespace Praline.Training.Data;

/// <summary>One row of a data file, read strictly: what is missing or of the wrong kind is an error that names file, row and key.</summary>
public sealed class DataRow(JsonElement json, string file, int number)
{
    /// <summary>Where the row is, for messages: <c>file:number</c>.</summary>
    public string Where { get; } = $"{file}:{number}";

    /// <summary>The row's fields.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>True when the field is there and not null.</summary>
    public bool Has(string key) => Json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text.</summary>
    /// <exception cref="PralineException">It is missing or no text.</exception>
    public string Text(string key) => OptionalText(key) ?? throw Error(key, "a text", "nothing");

    /// <summary>A text, or null when it is missing.</summary>
    /// <exception cref="PralineException">It is something else.</exception>
    public string? OptionalText(string key) => !Has(key) ? null
        : Json.GetProperty(key) is { ValueKind: JsonValueKind.String } value ? value.GetString()
        : throw Error(key, "a text", Json.GetProperty(key).GetRawText());

    /// <summary>A number, or null when it is missing.</summary>
    /// <exception cref="PralineException">It is something else.</exception>
    public double? OptionalNumber(string key) => !Has(key) ? null
        : Json.GetProperty(key) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble()
        : throw Error(key, "a number", Json.GetProperty(key).GetRawText());

    /// <summary>A truth value, or null when it is missing.</summary>
    /// <exception cref="PralineException">It is something else.</exception>
    public bool? OptionalBool(string key) => !Has(key) ? null
        : Json.GetProperty(key).ValueKind is JsonValueKind.True or JsonValueKind.False ? Json.GetProperty(key).GetBoolean()
        : throw Error(key, "true or false", Json.GetProperty(key).GetRawText());

    /// <summary>Several texts, or null when the field is missing; one text counts as a list of one.</summary>
    /// <exception cref="PralineException">It is something else.</exception>
    public IReadOnlyList<string>? OptionalTexts(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        var value = Json.GetProperty(key);
        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
                [.. value.EnumerateArray().Select(v => v.GetString()!)],
            _ => throw Error(key, "a list of texts", value.GetRawText()),
        };
    }

    /// <summary>Two whole numbers, the first not above the second, or null when the field is missing.</summary>
    /// <exception cref="PralineException">It is something else.</exception>
    public (int Start, int End)? OptionalRange(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        var value = Json.GetProperty(key);
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[0].TryGetInt32(out var start)
            && value[1].TryGetInt32(out var end) && start >= 0 && end >= start
            ? (start, end)
            : throw Error(key, "[first, last] with 0 ≤ first ≤ last", value.GetRawText());
    }

    /// <summary>An error about a field of this row.</summary>
    public PralineException Error(string key, string expected, string found) =>
        new($"{Where}: '{key}' should be {expected}, found {(found.Length > 80 ? found[..80] + "…" : found)}.");
}
