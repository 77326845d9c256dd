using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>ms-swift's rows: <c>messages</c> whose last is the chosen answer, and <c>rejected_response</c> (or <c>rejected_messages</c>).</summary>
internal sealed class SwiftCodec : IPreferenceCodec
{
    public PreferenceFormat Format => PreferenceFormat.Swift;

    public string Name => "ms-swift";

    public bool Recognises(JsonRow row) => row.Has("messages") && (row.Has("rejected_response") || row.Has("rejected_messages"));

    public PreferenceSample Read(JsonRow row)
    {
        var messages = SampleFields.Messages(row, "messages");
        if (messages[^1].Role != "assistant" || messages.Count < 2)
        {
            throw row.Error("messages", $"expected a conversation that ends with the assistant's chosen answer, found {messages[^1].Role} last.");
        }

        var rejected = row.Has("rejected_response") ? row.Text("rejected_response") : SampleFields.Messages(row, "rejected_messages")[^1].Text;
        return SampleFields.WithExtras(
            new PreferenceSample { Prompt = [.. messages.SkipLast(1)], Chosen = messages[^1].Text, Rejected = rejected }, row);
    }

    public void Write(Utf8JsonWriter writer, PreferenceSample sample)
    {
        writer.WriteStartArray("messages");
        foreach (var turn in sample.Prompt.Append(new ChatTurn("assistant", sample.Chosen)))
        {
            SampleFields.WriteMessage(writer, "role", turn.Role, "content", turn.Text);
        }

        writer.WriteEndArray();
        writer.WriteString("rejected_response", sample.Rejected);
        SampleFields.WriteExtras(writer, sample);
    }
}
