using System.Text.Json;
using Praline.Json;
using Praline.Torch;

namespace Praline.Models.Checkpoints;

/// <summary>
/// Reads one JSON object of a checkpoint (config.json and its like). Every method takes the default of the reference library's
/// class, and complains with file, key, what was expected and what was found.
/// </summary>
public sealed class ConfigReader
{
    private readonly JsonElement _element;
    private readonly string _path;
    private readonly HashSet<string> _read; // whole paths of the keys that were asked for, shared by all objects of the file

    private ConfigReader(JsonElement element, string file, string path, HashSet<string>? read = null)
    {
        _element = element;
        File = file;
        _path = path;
        _read = read ?? new HashSet<string>(StringComparer.Ordinal);
    }

    /// <summary>The file it was read from.</summary>
    public string File { get; }

    /// <summary>The object's keys, in the file's order.</summary>
    public IEnumerable<string> Keys => _element.EnumerateObject().Select(property => property.Name);

    /// <summary>Opens a file that holds one JSON object.</summary>
    /// <exception cref="PralineException">It is missing, or not a JSON object.</exception>
    public static ConfigReader Open(string folder, string name = "config.json")
    {
        var file = Path.Combine(folder, name);
        if (!System.IO.File.Exists(file))
        {
            throw new PralineException($"There is no file {file}: a Hugging Face checkpoint has one. Was the whole folder downloaded?");
        }

        return Parse(System.IO.File.ReadAllBytes(file), file);
    }

    /// <summary>Opens a file if there is one.</summary>
    public static ConfigReader? TryOpen(string folder, string name) =>
        System.IO.File.Exists(Path.Combine(folder, name)) ? Open(folder, name) : null;

    /// <summary>Reads JSON text; <paramref name="file"/> is what messages call it.</summary>
    /// <exception cref="PralineException">It is not a JSON object.</exception>
    public static ConfigReader Parse(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            using var document = StrictJson.Parse(json, options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new ConfigReader(document.RootElement.Clone(), file, "");
            }

            throw new PralineException($"{file} should hold a JSON object, found {Name(document.RootElement)}.");
        }
        catch (JsonException error)
        {
            throw new PralineException($"{file} is not valid JSON: {error.Message}", error);
        }
    }

    /// <summary>True when the key is there and not null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>True when the key is there, be it null.</summary>
    public bool Mentions(string key)
    {
        _read.Add(PathOf(key));
        return _element.TryGetProperty(key, out _);
    }

    /// <summary>
    /// Fails on the first key of this object, or of the objects inside it that were read, which nobody asked for and whose value is not that of the reference library when
    /// the key is left out: a model would be computed that is not the checkpoint's.
    /// </summary>
    /// <param name="besides">Keys that something else reads.</param>
    /// <exception cref="PralineException">There is such a key: it is named.</exception>
    public void RefuseUnread(params IReadOnlyCollection<string> besides) => RefuseUnread(_element, _path, besides);

    /// <summary>Counts keys of this object as read: their meaning is given by others.</summary>
    public void MayLeaveUnread(params IEnumerable<string> keys) => _read.UnionWith(keys.Select(PathOf));

    private void RefuseUnread(JsonElement element, string path, IReadOnlyCollection<string> besides)
    {
        foreach (var property in element.EnumerateObject())
        {
            var whole = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (besides.Contains(property.Name))
            {
                continue;
            }

            if (!_read.Contains(whole))
            {
                if (KnownKeys.Problem(property.Name, property.Value) is { } problem)
                {
                    throw new PralineException($"{File}, \"{whole}\": {problem}");
                }
            }
            else if (property.Value.ValueKind == JsonValueKind.Object)
            {
                RefuseUnread(property.Value, whole, besides);
            }
        }
    }

    /// <summary>The object under a key, or null.</summary>
    public ConfigReader? Object(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } element => new ConfigReader(element, File, PathOf(key), _read),
        { } other => throw Wrong(key, "an object", other),
    };

    /// <summary>The objects of a list under a key; empty without one.</summary>
    public IReadOnlyList<ConfigReader> Objects(string key) =>
        [.. List(key).Select((element, i) => element.ValueKind == JsonValueKind.Object
            ? new ConfigReader(element, File, $"{PathOf(key)}[{i}]", _read)
            : throw Wrong($"{key}[{i}]", "an object", element))];

    /// <summary>A text.</summary>
    public string? String(string key, string? fallback = null) => Find(key) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.String } element => element.GetString(),
        { } other => throw Wrong(key, "a text", other),
    };

    /// <summary>A truth value.</summary>
    public bool Bool(string key, bool fallback) => Find(key) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Wrong(key, "true or false", other),
    };

    /// <summary>An integer in a range.</summary>
    public int Int(string key, int fallback, int min = 1, int max = int.MaxValue) => OptionalInt(key, min, max) ?? fallback;

    /// <summary>An integer in a range, or null.</summary>
    public int? OptionalInt(string key, int min = 1, int max = int.MaxValue)
    {
        if (Find(key) is not { } element)
        {
            return null;
        }

        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number)
            && number == Math.Floor(number) && number >= min && number <= max)
        {
            return (int)number;
        }

        throw Wrong(key, $"an integer from {min} to {max}", element);
    }

    /// <summary>A finite number.</summary>
    public double Double(string key, double fallback) => OptionalDouble(key) ?? fallback;

    /// <summary>A finite number, or null.</summary>
    public double? OptionalDouble(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } element when double.IsFinite(element.GetDouble()) => element.GetDouble(),
        { } other => throw Wrong(key, "a number", other),
    };

    /// <summary>A number in a range.</summary>
    public double Double(string key, double fallback, double min, double max) => OptionalDouble(key) switch
    {
        null => fallback,
        { } number when number >= min && number <= max => number,
        _ => throw Wrong(key, FormattableString.Invariant($"a number from {min:R} to {max:R}"), Find(key)!.Value),
    };

    /// <summary>Integers: one number or a list of them; null without the key.</summary>
    public int[]? Ints(string key)
    {
        if (Find(key) is not { } element)
        {
            return null;
        }

        var elements = element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : new[] { element };
        return [.. elements.Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var number)
            ? number
            : throw Wrong(key, "an integer or a list of integers", e))];
    }

    /// <summary>Numbers in a list; null without the key.</summary>
    public double[]? Doubles(string key) => Has(key)
        ? [.. List(key).Select(e => e.ValueKind == JsonValueKind.Number && double.IsFinite(e.GetDouble()) ? e.GetDouble() : throw Wrong(key, "a list of numbers", e))]
        : null;

    /// <summary>Texts in a list; empty without the key.</summary>
    public string[] Strings(string key) =>
        [.. List(key).Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : throw Wrong(key, "a list of texts", e))];

    /// <summary>The raw JSON under a key, or null.</summary>
    public JsonElement? Find(string key)
    {
        _read.Add(PathOf(key));
        return _element.TryGetProperty(key, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;
    }

    /// <summary>An error about a value of this object, with the file and the key's whole path.</summary>
    public PralineException Error(string key, string problem) => new($"{File}, \"{PathOf(key)}\": {problem}");

    private IEnumerable<JsonElement> List(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } element => element.EnumerateArray(),
        { } other => throw Wrong(key, "a list", other),
    };

    private PralineException Wrong(string key, string expected, JsonElement found) =>
        Error(key, $"expected {expected}, found {Name(found)}.");

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private static string Name(JsonElement element)
    {
        var text = element.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
