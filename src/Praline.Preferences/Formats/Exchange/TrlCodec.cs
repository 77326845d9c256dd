using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>TRL's plain preference rows: <c>{"prompt": "...", "chosen": "...", "rejected": "..."}</c>.</summary>
internal sealed class TrlCodec : IPreferenceCodec
{
    public PreferenceFormat Format => PreferenceFormat.Trl;

    public string Name => "trl";

    public bool Recognises(JsonRow row) => row.KindOf("prompt") == JsonValueKind.String && row.KindOf("chosen") == JsonValueKind.String;

    public PreferenceSample Read(JsonRow row) => SampleFields.WithExtras(
        new PreferenceSample { Prompt = [new ChatTurn("user", row.Text("prompt"))], Chosen = row.Text("chosen"), Rejected = row.Text("rejected") },
        row);

    public void Write(Utf8JsonWriter writer, PreferenceSample sample)
    {
        if (sample.Prompt is not [{ Role: "user" } question])
        {
            throw new PralineException(
                $"{sample.Place}: plain TRL rows hold one question; this one has {sample.Prompt.Count} messages. Use trl-conversational.");
        }

        writer.WriteString("prompt", question.Text);
        writer.WriteString("chosen", sample.Chosen);
        writer.WriteString("rejected", sample.Rejected);
        SampleFields.WriteExtras(writer, sample);
    }
}
