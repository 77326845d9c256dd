using System.Text.Json;

namespace Praline.Models.Vision;

/// <summary>
/// An object of a checkpoint's JSON file, read key by key with the reference library's defaults: configurations leave out what equals
/// a class's default.
/// </summary>
internal sealed class ConfigJson
{
    private readonly JsonElement _element;

    private ConfigJson(JsonElement element, string where)
    {
        _element = element;
        Where = where;
    }

    /// <summary>The file, and the path of keys inside it, for messages.</summary>
    public string Where { get; }

    /// <summary>The object itself.</summary>
    public JsonElement Element => _element;

    /// <summary>Reads a file whose top is an object.</summary>
    /// <exception cref="PralineException">There is no such file, or it is not a JSON object.</exception>
    public static ConfigJson Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new PralineException($"There is no file {path}: a checkpoint's configuration was expected there.");
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return Of(json.RootElement.Clone(), path);
        }
        catch (JsonException error)
        {
            throw new PralineException($"{path} is not valid JSON ({error.Message.TrimEnd('.')}). Is the file complete?", error);
        }
    }

    /// <summary>Wraps an element; <paramref name="where"/> names it in messages.</summary>
    public static ConfigJson Of(JsonElement element, string where) => element.ValueKind == JsonValueKind.Object
        ? new ConfigJson(element, where)
        : throw new PralineException($"{where}: expected a JSON object, found {element.ValueKind}.");

    /// <summary>True when the key is there and not null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>The object under a key, or null.</summary>
    public ConfigJson? Section(string key) => Find(key) is { } value ? Of(value, $"{Where}: {key}") : null;

    /// <summary>A whole number of at least <paramref name="minimum"/>; without a default the key must be there.</summary>
    public int Int(string key, int? otherwise = null, int minimum = 1)
    {
        if (Find(key) is not { } value)
        {
            return otherwise ?? throw Missing(key);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum
            ? number
            : throw Bad(key, $"a whole number of at least {minimum}", value);
    }

    /// <summary>A finite number.</summary>
    public double Double(string key, double otherwise)
    {
        if (Find(key) is not { } value)
        {
            return otherwise;
        }

        return value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble())
            ? value.GetDouble()
            : throw Bad(key, "a number", value);
    }

    /// <summary>True or false.</summary>
    public bool Bool(string key, bool otherwise) => Find(key) is not { } value
        ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Bad(key, "true or false", value);

    /// <summary>A text, or null when the key is absent.</summary>
    public string? Text(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Bad(key, "a text", value);

    /// <summary>A list of whole numbers, or null when the key is absent.</summary>
    public int[]? Ints(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out _))
            ? [.. value.EnumerateArray().Select(v => v.GetInt32())]
            : throw Bad(key, "a list of whole numbers", value);
    }

    /// <summary>A list of pairs of whole numbers, or null when the key is absent.</summary>
    public (int First, int Second)[]? Pairs(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(pair => pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2
                && pair.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out _)))
                ? [.. value.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()))]
                : throw Bad(key, "a list of pairs of whole numbers", value);
    }

    /// <summary>The texts of a list; empty when the key is absent.</summary>
    public string[] Texts(string key)
    {
        if (Find(key) is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(v => v.GetString()!)]
            : throw Bad(key, "a list of texts", value);
    }

    /// <summary>An error about a key's value.</summary>
    public PralineException Bad(string key, string expected, object? found) =>
        new($"{Where}: {key} should be {expected}, found {found}.");

    private JsonElement? Find(string key) =>
        _element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private PralineException Missing(string key) => new($"{Where}: the key '{key}' is missing.");
}
