using System.Text.Json;

namespace Praline.Json;

/// <summary>
/// One object of a JSON or JSONL file with where it came from. Its methods give a field as the type that is wanted, or an error that names file,
/// line, field, what was expected and what was found. Fields that nobody asks for are ignored.
/// </summary>
public sealed class JsonRow
{
    private readonly JsonElement _element;

    /// <summary>Wraps an object.</summary>
    /// <param name="place">Where it stands, for messages: <c>clips.jsonl, line 3</c>.</param>
    /// <param name="element">The JSON value; an error if it is not an object.</param>
    public JsonRow(string place, JsonElement element)
    {
        Place = place;
        _element = element;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new PralineException($"{place}: expected a JSON object ({{\"field\": value, ...}}), found {Describe(element)}.");
        }
    }

    /// <summary>Where the object stands.</summary>
    public string Place { get; }

    /// <summary>The object itself.</summary>
    public JsonElement Element => _element;

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string field) => Find(field) is not null;

    /// <summary>A text that must be there.</summary>
    public string Text(string field) => Need(field, "a text", JsonValueKind.String).GetString()!;

    /// <summary>A text, or null when the field is absent or null.</summary>
    public string? OptionalText(string field) => Has(field) ? Text(field) : null;

    /// <summary>A whole number that must be there.</summary>
    public int Integer(string field)
    {
        var value = Need(field, "a whole number", JsonValueKind.Number);
        return value.TryGetInt32(out var number) ? number : throw Wrong(field, "a whole number", value);
    }

    /// <summary>A number that must be there.</summary>
    public double Number(string field) => Need(field, "a number", JsonValueKind.Number).GetDouble();

    /// <summary>A number, or null when the field is absent or null.</summary>
    public double? OptionalNumber(string field) => Has(field) ? Number(field) : null;

    /// <summary>A list of texts that must be there (it may be empty).</summary>
    public IReadOnlyList<string> Texts(string field)
    {
        var array = Need(field, "a list of texts", JsonValueKind.Array);
        return [.. array.EnumerateArray().Select((value, i) => value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Wrong($"{field}[{i}]", "a text", value))];
    }

    /// <summary>A list of whole numbers that must be there.</summary>
    public IReadOnlyList<int> Integers(string field)
    {
        var array = Need(field, "a list of whole numbers", JsonValueKind.Array);
        return [.. array.EnumerateArray().Select((value, i) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
                ? number
                : throw Wrong($"{field}[{i}]", "a whole number", value))];
    }

    /// <summary>A list of scores that must be there: numbers, or null for what was not scored.</summary>
    public IReadOnlyList<double?> Scores(string field)
    {
        var array = Need(field, "a list of numbers or nulls", JsonValueKind.Array);
        return [.. array.EnumerateArray().Select((value, i) => value.ValueKind switch
        {
            JsonValueKind.Null => (double?)null,
            JsonValueKind.Number => value.GetDouble(),
            _ => throw Wrong($"{field}[{i}]", "a number or null", value),
        })];
    }

    /// <summary>The objects of a list that must be there.</summary>
    public IReadOnlyList<JsonRow> Rows(string field)
    {
        var array = Need(field, "a list of objects", JsonValueKind.Array);
        return [.. array.EnumerateArray().Select((value, i) => new JsonRow($"{Place}, field \"{field}[{i}]\"", value))];
    }

    /// <summary>An object that must be there.</summary>
    public JsonRow Object(string field) =>
        new($"{Place}, field \"{field}\"", Need(field, "an object", JsonValueKind.Object));

    /// <summary>The kind of value that a field holds; <see cref="JsonValueKind.Undefined"/> when it is absent.</summary>
    public JsonValueKind KindOf(string field) =>
        _element.TryGetProperty(field, out var value) ? value.ValueKind : JsonValueKind.Undefined;

    /// <summary>An error at a field of this row.</summary>
    public PralineException Error(string field, string message) => new($"{Place}, field \"{field}\": {message}");

    /// <summary>A value in words, short enough for a message.</summary>
    public static string Describe(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Undefined => "nothing",
            JsonValueKind.Null => "null",
            _ => value.GetRawText(),
        };
        return text.Length <= 60 ? text : text[..57] + "...";
    }

    private JsonElement? Find(string field) =>
        _element.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement Need(string field, string expected, JsonValueKind kind)
    {
        if (!_element.TryGetProperty(field, out var value))
        {
            throw Error(field, $"expected {expected}, but the field is missing. Fields here: {Names()}.");
        }

        return value.ValueKind == kind ? value : throw Wrong(field, expected, value);
    }

    private PralineException Wrong(string field, string expected, JsonElement value) =>
        Error(field, $"expected {expected}, found {Describe(value)}.");

    private string Names()
    {
        var names = string.Join(", ", _element.EnumerateObject().Select(p => p.Name));
        return names.Length == 0 ? "none" : names;
    }
}
