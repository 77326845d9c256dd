using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>LLaMA-Factory's newer rows: two whole conversations of typed parts that differ in the last message.</summary>
internal sealed class ContentPartsCodec : IPreferenceCodec
{
    public PreferenceFormat Format => PreferenceFormat.ContentParts;

    public string Name => "content-parts";

    public bool Recognises(JsonRow row) => row.Has("chosen_messages");

    public PreferenceSample Read(JsonRow row)
    {
        var (chosen, rejected) = (SampleFields.Messages(row, "chosen_messages"), SampleFields.Messages(row, "rejected_messages"));
        if (chosen.Count < 2 || chosen.Count != rejected.Count || !chosen.SkipLast(1).Zip(rejected).All(m => m.First.Text == m.Second.Text))
        {
            throw row.Error("rejected_messages", "expected the same messages as in chosen_messages up to the last one.");
        }

        return SampleFields.WithExtras(
            new PreferenceSample { Prompt = [.. chosen.SkipLast(1)], Chosen = chosen[^1].Text, Rejected = rejected[^1].Text }, row);
    }

    public void Write(Utf8JsonWriter writer, PreferenceSample sample) => throw new PralineException(
        "content-parts is only read. Use llama-factory, ms-swift, trl or trl-conversational.");
}
