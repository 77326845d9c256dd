using Praline.Json;
using System.Text;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>The rows of MACAROON's data sets, one JSON array a file.</summary>
public static class MacaroonData
{
    /// <summary>A row with both responses.</summary>
    public static string Pair(string id, string image, string question, string preferred, string rejected) => Row(id, image, writer =>
    {
        Turn(writer, "human", question);
        writer.WriteStartObject();
        writer.WriteString("from", "gpt");
        writer.WriteStartObject("value");
        writer.WriteString("preferred", preferred);
        writer.WriteString("rejected", rejected);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <summary>A row with one response and the side that it is of.</summary>
    public static string OneSide(string id, string image, string question, ImaginedSide side, string response) => Row(id, image, writer =>
    {
        Turn(writer, "human", question);
        writer.WriteStartObject();
        writer.WriteString("from", "gpt");
        writer.WriteStartObject("value");
        writer.WriteString(side == ImaginedSide.Preferred ? "preferred" : "rejected", response);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <summary>A conversation of texts: questions and answers by turns.</summary>
    public static string Conversation(string id, string image, params IReadOnlyList<string> turns) => Row(id, image, writer =>
    {
        foreach (var (i, text) in turns.Index())
        {
            Turn(writer, i % 2 == 0 ? "human" : "gpt", text);
        }
    });

    /// <summary>Writes rows as one JSON array, one row a line.</summary>
    public static void Write(string path, IEnumerable<string> rows) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.Write('[');
        foreach (var (i, row) in rows.Index())
        {
            writer.Write(i == 0 ? "\n" : ",\n");
            writer.Write(row);
        }

        writer.Write("\n]\n");
    });

    private static string Row(string id, string image, Action<Utf8JsonWriter> turns) => JsonText.Line(writer =>
    {
        writer.WriteString("id", id);
        writer.WriteString("image", image);
        writer.WriteStartArray("conversations");
        turns(writer);
        writer.WriteEndArray();
    });

    private static void Turn(Utf8JsonWriter writer, string from, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("from", from);
        writer.WriteString("value", value);
        writer.WriteEndObject();
    }
}
