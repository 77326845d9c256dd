using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Praline.Json;

/// <summary>How all our JSON is written: one line, UTF-8 left readable, numbers in shortest round-trip form.</summary>
public static class JsonText
{
    private static readonly JsonSerializerOptions QuoteOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = false,
    };

    /// <summary>One JSON object as one line of text.</summary>
    public static string Line(Action<Utf8JsonWriter> writeFields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writeFields(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>One row as one line of text, without the line end.</summary>
    public static string Line<T>(T row)
        where T : IJsonRow<T> => Line(row.Write);

    /// <summary>A string in JSON's spelling, with its quotes.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, QuoteOptions);

    /// <summary>Writes an array of strings.</summary>
    public static void WriteStrings(this Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes an array of integers.</summary>
    public static void WriteIntegers(this Utf8JsonWriter writer, string name, params IReadOnlyList<int> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes an array of scores; an absent score is <c>null</c>.</summary>
    public static void WriteScores(this Utf8JsonWriter writer, string name, IReadOnlyList<double?> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            if (value is { } number)
            {
                writer.WriteNumberValue(number);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }
}
