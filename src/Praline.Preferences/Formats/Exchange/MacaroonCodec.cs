using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// MACAROON's preference rows: <c>image</c>, <c>conversations</c> whose last value holds <c>preferred</c> and <c>rejected</c>. Its file of VLFeedback's
/// preferences has the same form.
/// </summary>
internal sealed class MacaroonCodec : IPreferenceCodec
{
    public PreferenceFormat Format => PreferenceFormat.Macaroon;

    public string Name => "macaroon";

    public bool Recognises(JsonRow row) => row.KindOf("conversations") == JsonValueKind.Array
        && row.Element.GetProperty("conversations").EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } last
        && last.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Object;

    public PreferenceSample Read(JsonRow row)
    {
        var turns = row.Rows("conversations");
        var answer = turns[^1].Object("value");
        return SampleFields.WithExtras(
            new PreferenceSample
            {
                Prompt = [.. turns.SkipLast(1).Select(t => new ChatTurn(t.Text("from") is "human" or "user" ? "user" : "assistant", t.Text("value")))],
                Chosen = answer.Text("preferred"),
                Rejected = answer.Text("rejected"),
            },
            row);
    }

    public void Write(Utf8JsonWriter writer, PreferenceSample sample)
    {
        if (sample.Videos.Count > 0 || sample.Images.Count > 1 || sample.Prompt.Any(t => t.Role == "system"))
        {
            throw new PralineException($"{sample.Place}: MACAROON's rows hold one image and no system message. Use trl-conversational.");
        }

        if (sample.Images is [var image])
        {
            writer.WriteString("image", image);
        }

        writer.WriteStartArray("conversations");
        foreach (var turn in sample.Prompt)
        {
            // The mark is not part of these texts: MACAROON's template puts it before the first question.
            SampleFields.WriteMessage(writer, "from", turn.Role == "user" ? "human" : "gpt", "value", turn.Text.Replace("<image>\n", "").Replace("<image>", ""));
        }

        writer.WriteStartObject();
        writer.WriteString("from", "gpt");
        writer.WriteStartObject("value");
        writer.WriteString("preferred", sample.Chosen);
        writer.WriteString("rejected", sample.Rejected);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (sample is { ChosenScore: { } chosen, RejectedScore: { } rejected })
        {
            writer.WriteNumber("score_chosen", chosen);
            writer.WriteNumber("score_rejected", rejected);
        }
    }
}
