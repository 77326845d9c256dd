using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Praline.Evaluation;

/// <summary>
/// How reports write their numbers as JSON: snake_case names, full precision, null for what can't be had (NaN, infinities), and the same
/// bytes for the same numbers.
/// </summary>
public static class ReportJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteOrNull(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The numbers as indented JSON, with a newline at the end.</summary>
    public static string Serialize<T>(T numbers) => JsonSerializer.Serialize(numbers, Options) + "\n";

    /// <summary>Writes the numbers into a file; readers never see half of one.</summary>
    /// <exception cref="PralineException">The file can't be written.</exception>
    public static void Write<T>(string path, T numbers) =>
        AtomicFile.WriteText(path, Serialize(numbers));

    private sealed class FiniteOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
