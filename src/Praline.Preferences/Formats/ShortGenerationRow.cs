using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>The clip captions of one video, in the clips' order: a line of <c>short_generation.jsonl</c>.</summary>
public sealed record ShortGenerationRow : IJsonRow<ShortGenerationRow>
{
    /// <summary>The video's number in the input.</summary>
    public required int Idx { get; init; }

    /// <summary>The video's name; null in the original's files, which hold only <c>idx</c>.</summary>
    public string? VideoName { get; init; }

    /// <summary>One caption a clip.</summary>
    public required IReadOnlyList<string> ShortAnswers { get; init; }

    /// <inheritdoc/>
    public static ShortGenerationRow Read(JsonRow row) => new()
    {
        Idx = row.Integer("idx"),
        VideoName = row.OptionalText("video_name"),
        ShortAnswers = row.Texts("short_answers"),
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("idx", Idx);
        if (VideoName is not null)
        {
            writer.WriteString("video_name", VideoName);
        }

        writer.WriteStrings("short_answers", ShortAnswers);
    }
}
