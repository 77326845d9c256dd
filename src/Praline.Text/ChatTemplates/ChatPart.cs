namespace Praline.Text.ChatTemplates;

/// <summary>A part of a message: text, or the place of an image or video.</summary>
/// <param name="Type"><c>text</c>, <c>image</c> or <c>video</c>.</param>
/// <param name="Text">The text of a text part.</param>
public sealed record ChatPart(string Type, string? Text = null)
{
    /// <summary>The place of an image.</summary>
    public static ChatPart Image { get; } = new("image");

    /// <summary>The place of a video.</summary>
    public static ChatPart Video { get; } = new("video");

    /// <summary>A part of text.</summary>
    public static ChatPart OfText(string text) => new("text", text);
}
