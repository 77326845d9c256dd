using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>TRL's conversational rows: lists of messages; media are typed parts in them and files in <c>images</c> and <c>videos</c>.</summary>
internal sealed class TrlConversationalCodec : IPreferenceCodec
{
    public PreferenceFormat Format => PreferenceFormat.TrlConversational;

    public string Name => "trl-conversational";

    public bool Recognises(JsonRow row) => row.KindOf("chosen") == JsonValueKind.Array && row.KindOf("rejected") == JsonValueKind.Array;

    public PreferenceSample Read(JsonRow row)
    {
        var (chosen, rejected) = (SampleFields.Messages(row, "chosen"), SampleFields.Messages(row, "rejected"));
        if (row.Has("prompt"))
        {
            return SampleFields.WithExtras(
                new PreferenceSample { Prompt = SampleFields.Messages(row, "prompt"), Chosen = Answer(row, "chosen", chosen), Rejected = Answer(row, "rejected", rejected) },
                row);
        }

        // Without a prompt of its own: both conversations are whole, and what they share before the last message is the prompt.
        if (!chosen.SkipLast(1).Select(Said).SequenceEqual(rejected.SkipLast(1).Select(Said)) || chosen.Count < 2)
        {
            throw row.Error("prompt", "expected a list of messages, or the same messages before the answer in chosen and rejected.");
        }

        return SampleFields.WithExtras(
            new PreferenceSample
            {
                Prompt = [.. chosen.SkipLast(1)],
                Chosen = Answer(row, "chosen", [chosen[^1]]),
                Rejected = Answer(row, "rejected", [rejected[^1]]),
            },
            row);
    }

    public void Write(Utf8JsonWriter writer, PreferenceSample sample)
    {
        writer.WriteStartArray("prompt");
        foreach (var turn in sample.Prompt)
        {
            writer.WriteStartObject();
            writer.WriteString("role", turn.Role);
            WriteContent(writer, turn.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        foreach (var (field, answer) in new[] { ("chosen", sample.Chosen), ("rejected", sample.Rejected) })
        {
            writer.WriteStartArray(field);
            writer.WriteStartObject();
            writer.WriteString("role", "assistant");
            WriteContent(writer, answer);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        SampleFields.WriteExtras(writer, sample);
    }

    private static (string Role, string Text) Said(ChatTurn turn) => (turn.Role, turn.Text);

    private static string Answer(JsonRow row, string field, IReadOnlyList<ChatTurn> turns) => turns is [{ Role: "assistant" } answer]
        ? answer.Text
        : throw row.Error(field, $"expected one message of the assistant, found {string.Join(", ", turns.Select(t => t.Role))}.");

    // Parts, so that media and texts keep their order: [{"type": "video"}, {"type": "text", "text": "..."}].
    private static void WriteContent(Utf8JsonWriter writer, string text)
    {
        writer.WriteStartArray("content");
        var rest = text;
        while (rest.Length > 0)
        {
            var next = new[] { "<video>", "<image>" }.Select(m => (Mark: m, At: rest.IndexOf(m, StringComparison.Ordinal)))
                .Where(m => m.At >= 0).OrderBy(m => m.At).FirstOrDefault((Mark: "", At: rest.Length));
            if (next.At > 0)
            {
                writer.WriteStartObject();
                writer.WriteString("type", "text");
                writer.WriteString("text", rest[..next.At]);
                writer.WriteEndObject();
            }

            if (next.Mark.Length > 0)
            {
                writer.WriteStartObject();
                writer.WriteString("type", next.Mark.Trim('<', '>'));
                writer.WriteEndObject();
            }

            rest = rest[(next.At + next.Mark.Length)..];
        }

        writer.WriteEndArray();
    }
}
