using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>What several formats have in common.</summary>
internal static class SampleFields
{
    /// <summary><c>videos</c> or <c>images</c>: a list of paths, or one path; also under the name without s.</summary>
    public static IReadOnlyList<string> Media(JsonRow row, string plural)
    {
        foreach (var name in new[] { plural, plural[..^1] })
        {
            switch (row.KindOf(name))
            {
                case JsonValueKind.String:
                    return [row.Text(name)];
                case JsonValueKind.Array:
                    return row.Texts(name);
            }
        }

        return [];
    }

    /// <summary>The media and the scores that a row may carry.</summary>
    public static PreferenceSample WithExtras(PreferenceSample sample, JsonRow row) => sample with
    {
        Place = row.Place,
        Videos = Media(row, "videos"),
        Images = Media(row, "images"),
        ChosenScore = row.OptionalNumber("score_chosen"),
        RejectedScore = row.OptionalNumber("score_rejected"),
    };

    public static void WriteExtras(Utf8JsonWriter writer, PreferenceSample sample)
    {
        if (sample.Videos.Count > 0)
        {
            writer.WriteStrings("videos", sample.Videos);
        }

        if (sample.Images.Count > 0)
        {
            writer.WriteStrings("images", sample.Images);
        }

        if (sample is { ChosenScore: { } chosen, RejectedScore: { } rejected })
        {
            writer.WriteNumber("score_chosen", chosen);
            writer.WriteNumber("score_rejected", rejected);
        }
    }

    /// <summary>A message's content: a text, or typed parts whose media become marks.</summary>
    public static string Content(JsonRow message, string field)
    {
        if (message.KindOf(field) != JsonValueKind.Array)
        {
            return message.Text(field);
        }

        return string.Concat(message.Rows(field).Select(part => part.Text("type") switch
        {
            "text" => part.OptionalText("text") ?? part.Text("value"),
            "image" or "image_url" => "<image>",
            "video" or "video_url" => "<video>",
            var other => throw part.Error("type", $"expected text, image or video, found {other}."),
        }));
    }

    /// <summary>OpenAI-style messages: role and content.</summary>
    public static IReadOnlyList<ChatTurn> Messages(JsonRow row, string field) => Checked(row, field,
        [.. row.Rows(field).Select(m => new ChatTurn(Role(m, m.Text("role")), Content(m, "content")))]);

    /// <summary>ShareGPT-style messages: from and value.</summary>
    public static IReadOnlyList<ChatTurn> Conversations(JsonRow row, string field) => Checked(row, field,
        [.. row.Rows(field).Select(m => new ChatTurn(Role(m, m.Text("from")), m.Text("value")))]);

    public static void WriteMessage(Utf8JsonWriter writer, string roleField, string role, string contentField, string content)
    {
        writer.WriteStartObject();
        writer.WriteString(roleField, role);
        writer.WriteString(contentField, content);
        writer.WriteEndObject();
    }

    private static string Role(JsonRow message, string role) => role.ToLowerInvariant() switch
    {
        "human" or "user" => "user",
        "gpt" or "assistant" or "model" => "assistant",
        "system" => "system",
        _ => throw new PralineException($"{message.Place}: role \"{role}\" is not known. Known are system, user (human) and assistant (gpt)."),
    };

    private static IReadOnlyList<ChatTurn> Checked(JsonRow row, string field, IReadOnlyList<ChatTurn> turns) =>
        turns.Count > 0 ? turns : throw row.Error(field, "expected at least one message, found an empty list.");
}
