using System.Text.Json;

namespace Praline.Server;

/// <summary>
/// An object of a request, read field by field: what has another type or range than expected is refused, and so is at the end what nobody asked for. A field that is
/// null is as one that is not there.
/// </summary>
internal sealed class RequestObject
{
    private readonly JsonElement _element;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private RequestObject(JsonElement element, string path) => (_element, Path) = (element, path);

    /// <summary>Where it is in the request; empty for the request itself.</summary>
    internal string Path { get; }

    internal static RequestObject Of(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
        ? new RequestObject(element, path)
        : throw ApiException.Invalid(path, $"{(path.Length > 0 ? path : "The request's body")} should be an object, found {Kind(element)}.");

    /// <summary>The path of one of its fields.</summary>
    internal string At(string name) => Path.Length > 0 ? $"{Path}.{name}" : name;

    /// <summary>A field as it is; null when it is absent or null.</summary>
    internal JsonElement? Find(string name)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    internal string? Text(string name) => Find(name) is { } value ? TextOf(value, At(name)) : null;

    internal string RequiredText(string name) => Text(name) ?? throw ApiException.Invalid(At(name), $"{At(name)} is missing: a text is expected.", "missing_field");

    internal bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw ApiException.Invalid(At(name), $"{At(name)} should be true or false, found {Kind(value)}.");

    internal long? Integer(string name, long min, long max) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max ? number
        : throw ApiException.Invalid(At(name), $"{At(name)} should be an integer from {min} to {max}, found {Shown(value)}.");

    internal double? Number(string name, double min, double max) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max ? number
        : throw ApiException.Invalid(At(name), FormattableString.Invariant($"{At(name)} should be a number from {min} to {max}, found {Shown(value)}."));

    internal RequestObject? Child(string name) => Find(name) is { } value ? Of(value, At(name)) : null;

    internal IReadOnlyList<JsonElement>? List(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
        : throw ApiException.Invalid(At(name), $"{At(name)} should be a list, found {Kind(value)}.");

    /// <summary>Fields that clients send and that change no answer here.</summary>
    internal void WithoutEffect(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _known.Add(name);
        }
    }

    /// <summary>A field that may have some values only.</summary>
    /// <param name="name">The field.</param>
    /// <param name="why">What else there would have to be.</param>
    /// <param name="allowed">The values, as JSON.</param>
    internal void Only(string name, string why, params ReadOnlySpan<string> allowed)
    {
        if (Find(name) is { } value && !allowed.Contains(JsonSerializer.Serialize(value)))
        {
            throw ApiException.Invalid(At(name), $"{At(name)} {Shown(value)} is not supported: {why}", "unsupported_value");
        }
    }

    /// <summary>Refuses what nobody asked for.</summary>
    internal void Done()
    {
        foreach (var property in _element.EnumerateObject())
        {
            var name = property.Name;
            if (!_known.Contains(name))
            {
                throw ApiException.Invalid(At(name), $"Unknown field {At(name)}. Known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}.", "unknown_field");
            }
        }
    }

    internal static string TextOf(JsonElement value, string path) => value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw ApiException.Invalid(path, $"{path} should be a text, found {Kind(value)}.");

    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 60 } text ? text : Kind(value);
}
