using System.Text.Json;

namespace Praline.Data.Formats;

/// <summary>What several formats write alike, and the errors of a sample that a format can't say.</summary>
internal static class Written
{
    /// <summary>A sample's pair.</summary>
    internal static PreferencePair Pair(Codec codec, Sample sample) => !sample.HasPair
        ? throw CannotSay(codec, sample, "a chosen and a rejected answer", "other answers")
        : sample.Pair();

    /// <summary>The only turn of a sample without a system text.</summary>
    internal static Turn OnlyQuestion(Codec codec, Sample sample) => sample is { System: null, Turns: [var question] }
        ? question
        : throw CannotSay(codec, sample, "one question", sample.System is null ? $"a conversation of {sample.Turns.Count} turns" : "a system text too");

    /// <summary>The text of a question whose media stand before it, without marks.</summary>
    internal static string TextAfterMedia(Codec codec, Sample sample, Turn question) => question.Parts.SkipWhile(p => p is Part.Medium).All(p => p is Part.Text)
        ? question.Text
        : throw CannotSay(codec, sample, "media before the question", "media inside the text");

    /// <summary>The error for what a format has no place for.</summary>
    internal static DataException CannotSay(Codec codec, Sample sample, string expected, string found) =>
        new(sample.Problem("", $"{expected}, as {codec.Name} rows hold", found, "Write trl-conversational, which has a place for it."));

    /// <summary>A medium as text: its path, or a data: URL for embedded bytes.</summary>
    internal static string Name(Codec codec, Sample sample, MediaReference medium, bool withRange = false)
    {
        if (medium.Range is not null && !withRange)
        {
            throw new DataException(sample.Problem(
                "frame_range", $"whole videos, as {codec.Name} rows name", $"the frames {medium.Range}", "Cut the clip into a file of its own."));
        }

        return medium.Embedded is not { } bytes ? medium.Name : $"data:{(medium.IsVideo ? "video" : "image")}/*;base64,{Convert.ToBase64String(bytes.Read())}";
    }

    /// <summary><c>videos</c>, <c>images</c>, <c>score_chosen</c> and <c>score_rejected</c>, where there are any.</summary>
    internal static void MediaAndScores(Utf8JsonWriter writer, Codec codec, Sample sample, PreferencePair pair)
    {
        foreach (var (field, isVideo) in new[] { ("videos", true), ("images", false) })
        {
            MediaReference[] media = [.. sample.Media.Where(m => m.IsVideo == isVideo)];
            if (media.Length > 0)
            {
                writer.WriteStartArray(field);
                foreach (var medium in media)
                {
                    writer.WriteStringValue(Name(codec, sample, medium));
                }

                writer.WriteEndArray();
            }
        }

        Scores(writer, pair);
    }

    internal static void Scores(Utf8JsonWriter writer, PreferencePair pair)
    {
        if (pair is { Chosen.Score: { } chosen, Rejected.Score: { } rejected })
        {
            writer.WriteNumber("score_chosen", chosen);
            writer.WriteNumber("score_rejected", rejected);
        }
    }

    /// <summary>A message with a text.</summary>
    internal static void Message(Utf8JsonWriter writer, string roleField, string role, string contentField, string content)
    {
        writer.WriteStartObject();
        writer.WriteString(roleField, role);
        writer.WriteString(contentField, content);
        writer.WriteEndObject();
    }

    /// <summary>A message with typed parts, so that media and texts keep their order.</summary>
    internal static void TypedMessage(Utf8JsonWriter writer, string role, IReadOnlyList<Part> parts, string textField)
    {
        writer.WriteStartObject();
        writer.WriteString("role", role);
        writer.WriteStartArray("content");
        foreach (var part in parts)
        {
            writer.WriteStartObject();
            writer.WriteString("type", part is Part.Medium medium ? medium.Reference.IsVideo ? "video" : "image" : "text");
            if (part is Part.Text text)
            {
                writer.WriteString(textField, text.Value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static string Role(Turn turn) => turn.Role == Data.Role.User ? "user" : "assistant";
}
