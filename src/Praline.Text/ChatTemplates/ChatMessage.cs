using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates;

/// <summary>One turn of a conversation, with plain text or with parts as its content.</summary>
public sealed class ChatMessage
{
    private readonly string? _text;
    private readonly IReadOnlyList<ChatPart>? _parts;

    /// <summary>A turn of plain text.</summary>
    /// <param name="role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
    /// <param name="text">What was said.</param>
    public ChatMessage(string role, string text) => (Role, _text) = (role, text);

    /// <summary>A turn of several parts.</summary>
    /// <param name="role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
    /// <param name="parts">Text, images and videos in their order.</param>
    public ChatMessage(string role, IReadOnlyList<ChatPart> parts) => (Role, _parts) = (role, parts);

    /// <summary>Who speaks.</summary>
    public string Role { get; }

    internal object ToValue() => DictValue.Of(
        ("role", Role),
        ("content", _parts is null ? _text : SequenceValue.List(_parts.Select(object? (part) => part.Text is null
            ? DictValue.Of(("type", part.Type))
            : DictValue.Of(("type", part.Type), ("text", part.Text))))));
}
