using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Praline.Data.Rows;

/// <summary>A value of a row, whatever container it came from: JSON's kinds, and bytes as Parquet and Arrow have them.</summary>
internal abstract record FieldValue
{
    private FieldValue()
    {
    }

    internal static FieldValue None { get; } = new Null();

    /// <summary>The value in words, short enough for a message. Bytes and long texts are never printed whole.</summary>
    internal string Describe() => Shorten(this switch
    {
        Null => "null",
        Flag flag => flag.Value ? "true" : "false",
        Number number => number.Raw,
        Text text => JsonSerializer.Serialize(text.Value.Length > 80 ? text.Value[..80] : text.Value, PlainJson.Options),
        List { Items.Count: 0 } => "an empty list",
        List list => $"a list of {list.Items.Count}",
        Map map => $"an object with {(map.Fields.Count == 0 ? "no fields" : string.Join(", ", map.Fields.Keys))}",
        Bytes bytes => $"{bytes.Media.Length} bytes",
        _ => "",
    });

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";

    internal sealed record Null : FieldValue;

    internal sealed record Flag(bool Value) : FieldValue;

    internal sealed record Number(double Value, string Raw) : FieldValue
    {
        internal static Number Of(long value) => new(value, value.ToString(CultureInfo.InvariantCulture));

        internal static Number Of(double value) => new(value, value.ToString("R", CultureInfo.InvariantCulture));
    }

    internal sealed record Text(string Value) : FieldValue;

    internal sealed record List(IReadOnlyList<FieldValue> Items) : FieldValue;

    internal sealed record Map(IReadOnlyDictionary<string, FieldValue> Fields) : FieldValue;

    internal sealed record Bytes(EmbeddedMedia Media) : FieldValue;
}

/// <summary>Reads one JSON object strictly: UTF-8, no field twice, no text that is half a surrogate pair, bounded depth.</summary>
internal static class PlainJson
{
    private const int MaxDepth = 64;

    internal static JsonSerializerOptions Options { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Parses a row.</summary>
    /// <exception cref="DataException">It is not one JSON object, or breaks one of the rules.</exception>
    internal static FieldValue.Map Parse(ReadOnlySpan<byte> json, SampleSource source)
    {
        const string Remedy = "If the row was cut off, the file was not written to its end: make it again.";
        if (!System.Text.Unicode.Utf8.IsValid(json))
        {
            throw new DataException(new DataProblem(source, "", "text in UTF-8", "bytes that are not UTF-8", "Save the file as UTF-8."));
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var value = Value(ref reader, source, "");
            if (reader.Read())
            {
                throw new JsonException("more after the object", null, null, reader.TokenStartIndex);
            }

            return value as FieldValue.Map
                ?? throw new DataException(new DataProblem(source, "", "a JSON object ({\"field\": value, ...})", value.Describe(), "Write one object a row."));
        }
        catch (JsonException error)
        {
            var text = Encoding.UTF8.GetString(json[..Math.Min(json.Length, 57)]);
            var deep = error.Message.Contains("depth", StringComparison.OrdinalIgnoreCase);
            throw new DataException(new DataProblem(
                source, "", deep ? $"JSON at most {MaxDepth} levels deep" : "one JSON object",
                $"something else at byte {(error.BytePositionInLine ?? reader.BytesConsumed) + 1}: {text.ReplaceLineEndings(" ")}{(json.Length > 57 ? "..." : "")}", Remedy), error);
        }
    }

    private static FieldValue Value(ref Utf8JsonReader reader, SampleSource source, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return FieldValue.None;
            case JsonTokenType.True or JsonTokenType.False:
                return new FieldValue.Flag(reader.GetBoolean());
            case JsonTokenType.Number:
                var raw = Encoding.UTF8.GetString(reader.ValueSpan);
                return new FieldValue.Number(double.Parse(raw, NumberStyles.Float, CultureInfo.InvariantCulture), raw);
            case JsonTokenType.String:
                return new FieldValue.Text(String(ref reader, source, path));
            case JsonTokenType.StartArray:
                var items = new List<FieldValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Value(ref reader, source, $"{path}[{items.Count}]"));
                }

                return new FieldValue.List(items);
            default:
                var fields = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = String(ref reader, source, path);
                    var at = path.Length == 0 ? name : $"{path}.{name}";
                    reader.Read();
                    if (!fields.TryAdd(name, Value(ref reader, source, at)))
                    {
                        throw new DataException(new DataProblem(source, at, "each field once", "the field twice", "Keep one of the two."));
                    }
                }

                return new FieldValue.Map(fields);
        }
    }

    private static string String(ref Utf8JsonReader reader, SampleSource source, string path)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new DataException(new DataProblem(
                source, path, "a text of Unicode characters", "half of a surrogate pair (\\uD800 to \\uDFFF alone)", "Write the character whole."), error);
        }
    }
}
