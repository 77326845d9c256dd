using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>The candidate captions of one whole video: a line of <c>long_generation.jsonl</c>.</summary>
public sealed record LongGenerationRow : IJsonRow<LongGenerationRow>
{
    /// <summary>The video's number in the input.</summary>
    public required int Idx { get; init; }

    /// <summary>The video's name.</summary>
    public required string VideoName { get; init; }

    /// <summary>The video's path relative to the input folder; null in files that other programs wrote.</summary>
    public string? Video { get; init; }

    /// <summary>What the captioner was asked.</summary>
    public required string Question { get; init; }

    /// <summary>A known caption of the video; empty where there is none.</summary>
    public required string Answer { get; init; }

    /// <summary>The video's length in seconds; null in files that lack it.</summary>
    public double? Duration { get; init; }

    /// <summary>The candidates.</summary>
    public required IReadOnlyList<string> LongAnswers { get; init; }

    /// <summary>The numbers (from 0) of the candidates that ended at the token limit instead of at their own end.</summary>
    public IReadOnlyList<int> Truncated { get; init; } = [];

    /// <inheritdoc/>
    public static LongGenerationRow Read(JsonRow row) => new()
    {
        Idx = row.Integer("idx"),
        VideoName = row.Text("video_name"),
        Video = row.OptionalText("video"),
        Question = row.Text("question"),
        Answer = row.OptionalText("answer") ?? "",
        Duration = row.OptionalNumber("duration"),
        LongAnswers = row.Texts("long_answers"),
        Truncated = row.Has("truncated") ? row.Integers("truncated") : [],
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("idx", Idx);
        writer.WriteString("video_name", VideoName);
        writer.WriteString("question", Question);
        writer.WriteString("answer", Answer);
        if (Duration is { } seconds)
        {
            writer.WriteNumber("duration", seconds);
        }

        writer.WriteStrings("long_answers", LongAnswers);
        if (Video is not null)
        {
            writer.WriteString("video", Video);
        }

        if (Truncated.Count > 0)
        {
            writer.WriteIntegers("truncated", Truncated);
        }
    }
}
