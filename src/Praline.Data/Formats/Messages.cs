using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>A message as it stands in a row: a role, and texts and media whose files may stand elsewhere in the row.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Pieces">Its content in order.</param>
internal sealed record Message(string Role, IReadOnlyList<Piece> Pieces)
{
    /// <summary>The texts, with marks for the media.</summary>
    internal string MarkedText => string.Concat(Pieces.Select(p => p.Text ?? (p.IsVideo ? MediaMarks.Video : MediaMarks.Image)));

    /// <summary>Whether two messages say the same.</summary>
    internal bool SameAs(Message other) => Role == other.Role && MarkedText == other.MarkedText
        && Pieces.Zip(other.Pieces).All(p => p.First.Medium?.Key == p.Second.Medium?.Key);
}

/// <summary>A text, or a mark where a medium goes; the medium itself where the mark names it.</summary>
internal readonly record struct Piece(string? Text, bool IsVideo = false, MediaReference? Medium = null);

/// <summary>The forms in which rows hold messages: OpenAI's role and content, ShareGPT's from and value, typed parts.</summary>
internal static class Messages
{
    /// <summary>The names of a message's fields and roles; LLaMA-Factory's <c>tags</c> may rename them.</summary>
    internal sealed record Names(string Role, string Content)
    {
        internal IReadOnlyDictionary<string, string> Roles { get; init; } = Known;
    }

    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["system"] = "system",
        ["user"] = "user",
        ["human"] = "user",
        ["assistant"] = "assistant",
        ["gpt"] = "assistant",
        ["model"] = "assistant",
    };

    internal static Names OpenAi { get; } = new("role", "content");

    internal static Names ShareGpt { get; } = new("from", "value");

    /// <summary>A list of messages, at least one.</summary>
    internal static IReadOnlyList<Message> List(Row row, string field, Names? names = null)
    {
        Message[] messages = [.. row.Rows(field).Select(m => One(m, names ?? OpenAi))];
        return messages.Length > 0 ? messages : throw row.Error(field, "at least one message", "an empty list");
    }

    /// <summary>One message.</summary>
    internal static Message One(Row message, Names names)
    {
        message.Know("loss_weight", "loss", "weight", "name");
        var role = message.Text(names.Role);
        return names.Roles.TryGetValue(role, out var known)
            ? new Message(known, Content(message, names.Content))
            : throw message.Error(names.Role, $"a role ({string.Join(", ", names.Roles.Keys)})", $"\"{role}\"");
    }

    /// <summary>A text field whose marks stand for media.</summary>
    internal static Message User(Row row, string field) => new("user", MediaMarks.Split(row.Text(field)));

    /// <summary>The question under the first of some names that is there, else the one that the options name for rows without.</summary>
    internal static Message Question(Row row, DataOptions options, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (row.Has(name))
            {
                return User(row, name);
            }
        }

        return options.Question is { } question ? new Message("user", MediaMarks.Split(question)) : User(row, names[0]);
    }

    /// <summary>The text of a message of the assistant.</summary>
    internal static string AnswerText(Row row, string field, Message message) => message.Role != "assistant"
        ? throw row.Error(field, "a message of the assistant", $"one of the {message.Role}")
        : message.Pieces.Any(p => p.Text is null) ? throw row.Error(field, "an answer of text alone", $"a mark for a medium in it ({Shorten(message.MarkedText)})",
            "Models here answer with text: take the mark out, or leave the row out.")
        : message.MarkedText;

    /// <summary>A text answer: marks in it stand for nothing and are refused.</summary>
    internal static string AnswerText(Row row, string field) => AnswerText(row, field, new Message("assistant", MediaMarks.Split(row.Text(field))));

    /// <summary>A message's content: a text, or a list of typed parts.</summary>
    private static IReadOnlyList<Piece> Content(Row message, string field) => message.Is<FieldValue.List>(field)
        ? MediaMarks.Joined([.. message.Rows(field).SelectMany(Typed)])
        : MediaMarks.Split(message.Text(field));

    private static IReadOnlyList<Piece> Typed(Row part)
    {
        switch (part.Text("type"))
        {
            case "text":
                return MediaMarks.Raw(part.OptionalText("text") ?? part.Text("value"));
            case "image":
                return [new Piece(null, false, MediaFields.InPart(part, isVideo: false, "image", "url", "path", "base64", "value"))];
            case "image_url":
                return [new Piece(null, false, MediaFields.InPart(part, isVideo: false, "image_url"))];
            case "video":
                return [new Piece(null, true, MediaFields.InPart(part, isVideo: true, "video", "url", "path", "value"))];
            case "video_url":
                return [new Piece(null, true, MediaFields.InPart(part, isVideo: true, "video_url"))];
            case var other:
                throw part.Error("type", "text, image or video", $"\"{other}\"");
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
