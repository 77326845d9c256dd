using System.Text.Json;

namespace Praline.Text.Tokenizers;

/// <summary>
/// A part of a JSON file that knows where it lies, so that what is wrong with it can be said with file and key.
/// </summary>
internal readonly struct JsonSection
{
    private JsonSection(JsonElement element, string file, string path)
    {
        Element = element;
        File = file;
        Path = path;
    }

    public JsonElement Element { get; }

    public string File { get; }

    /// <summary>The key inside the file, such as <c>model.merges[3]</c>; empty at the top.</summary>
    public string Path { get; }

    public string Where => Path.Length == 0 ? File : $"{File}: {Path}";

    public bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsString => Element.ValueKind == JsonValueKind.String;

    public bool IsArray => Element.ValueKind == JsonValueKind.Array;

    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    /// <summary>
    /// The value of a key; absent or null, or in what is no object, it gives a section with <see cref="IsNull"/>.
    /// </summary>
    public JsonSection this[string name] => new(Find(name), File, Path.Length == 0 ? name : $"{Path}.{name}");

    /// <summary>Parses a file's content.</summary>
    /// <exception cref="PralineException">It is not JSON, or its top is not an object.</exception>
    public static JsonSection Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            var section = new JsonSection(JsonDocument.Parse(utf8).RootElement, file, "");
            return section.IsObject ? section : throw section.Expected("an object");
        }
        catch (JsonException e)
        {
            throw new PralineException($"{file}: is not valid JSON ({e.Message.TrimEnd('.')}). Is the file complete?", e);
        }
    }

    public PralineException Fail(string problem) => new($"{Where}: {problem}");

    public PralineException Expected(string what) =>
        new($"{Where}: expected {what}, found {(IsNull ? "nothing" : Describe(Element))}.");

    public string String()
    {
        if (!IsString)
        {
            throw Expected("a string");
        }

        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new PralineException($"{Where}: the string is not valid Unicode.", e);
        }
    }

    public string? OptionalString() => IsNull ? null : String();

    public bool Bool(bool whenAbsent) => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => whenAbsent,
        _ => throw Expected("true or false"),
    };

    public int Int() => Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var value)
        ? value
        : throw Expected("a whole number below 2^31");

    public double Number() => Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out var value) && double.IsFinite(value)
        ? value
        : throw Expected("a number");

    /// <summary>The items of an array; an absent one has none.</summary>
    public IEnumerable<JsonSection> Items()
    {
        if (!IsNull && !IsArray)
        {
            throw Expected("an array");
        }

        return IsNull ? [] : Enumerate(this);

        static IEnumerable<JsonSection> Enumerate(JsonSection section)
        {
            var index = 0;
            foreach (var item in section.Element.EnumerateArray())
            {
                yield return new JsonSection(item, section.File, $"{section.Path}[{index++}]");
            }
        }
    }

    /// <summary>The properties of an object, in the file's order; an absent one has none.</summary>
    public IEnumerable<(string Name, JsonSection Value)> Properties()
    {
        if (!IsNull && !IsObject)
        {
            throw Expected("an object");
        }

        return IsNull ? [] : Enumerate(this);

        static IEnumerable<(string Name, JsonSection Value)> Enumerate(JsonSection section)
        {
            foreach (var property in section.Element.EnumerateObject())
            {
                var name = section.NameOf(property);
                yield return (name, new JsonSection(property.Value, section.File, $"{section.Path}.{name}"));
            }
        }
    }

    /// <summary>A property's name; one that is not valid Unicode is an error that names the object.</summary>
    public string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new PralineException($"{Where}: a key is not valid Unicode.", e);
        }
    }

    private JsonElement Find(string name)
    {
        try
        {
            return IsObject && Element.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException e)
        {
            // Looking for one key reads the others too.
            throw new PralineException($"{Where}: a key is not valid Unicode.", e);
        }
    }

    private static string Describe(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            return element.ValueKind == JsonValueKind.Object ? "an object" : "an array";
        }

        var text = element.GetRawText();
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
