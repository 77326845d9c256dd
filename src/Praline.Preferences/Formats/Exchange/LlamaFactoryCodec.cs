using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>LLaMA-Factory's ShareGPT preference rows: <c>conversations</c>, and <c>chosen</c> and <c>rejected</c> as one message each.</summary>
internal sealed class LlamaFactoryCodec : IPreferenceCodec
{
    public PreferenceFormat Format => PreferenceFormat.LlamaFactory;

    public string Name => "llama-factory";

    public bool Recognises(JsonRow row) => row.Has("conversations") && row.KindOf("chosen") == JsonValueKind.Object;

    public PreferenceSample Read(JsonRow row)
    {
        var conversation = SampleFields.Conversations(row, "conversations");
        if (row.OptionalText("system") is { Length: > 0 } system)
        {
            conversation = [new ChatTurn("system", system), .. conversation];
        }

        return SampleFields.WithExtras(
            new PreferenceSample { Prompt = conversation, Chosen = row.Object("chosen").Text("value"), Rejected = row.Object("rejected").Text("value") },
            row);
    }

    public void Write(Utf8JsonWriter writer, PreferenceSample sample)
    {
        writer.WriteStartArray("conversations");
        foreach (var turn in sample.Prompt.Where(t => t.Role != "system"))
        {
            SampleFields.WriteMessage(writer, "from", turn.Role == "user" ? "human" : "gpt", "value", turn.Text);
        }

        writer.WriteEndArray();
        foreach (var (field, answer) in new[] { ("chosen", sample.Chosen), ("rejected", sample.Rejected) })
        {
            writer.WritePropertyName(field);
            SampleFields.WriteMessage(writer, "from", "gpt", "value", answer);
        }

        var system = string.Join("\n", sample.Prompt.Where(t => t.Role == "system").Select(t => t.Text));
        if (system.Length > 0)
        {
            writer.WriteString("system", system);
        }

        SampleFields.WriteExtras(writer, sample);
    }
}
