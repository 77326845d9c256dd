using Praline.Data;
using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// One clip of one video: a line of <c>clips.jsonl</c>. SynPO's <c>generate_caption1.py</c> writes the same fields as a
/// Hugging Face data set; <c>video</c> is ours.
/// </summary>
public sealed record ClipRow : IJsonRow<ClipRow>
{
    /// <summary>The video's name: its path in the input folder without the ending.</summary>
    public required string VideoName { get; init; }

    /// <summary>The video's path relative to the input folder, with <c>/</c>; null in files that other programs wrote.</summary>
    public string? Video { get; init; }

    /// <summary>What the captioner is asked about the whole video.</summary>
    public required string Question { get; init; }

    /// <summary>A known caption of the video; empty where there is none.</summary>
    public required string Answer { get; init; }

    /// <summary>The clip's frames.</summary>
    public required FrameRange FrameRange { get; init; }

    /// <summary>The video's number in the input, from 0.</summary>
    public required int Idx { get; init; }

    /// <summary>The clip's number in its video, from 0.</summary>
    public required int Idy { get; init; }

    /// <inheritdoc/>
    public static ClipRow Read(JsonRow row)
    {
        var range = row.Integers("frame_range");
        if (range.Count != 2 || range[0] < 0 || range[1] < range[0])
        {
            throw row.Error("frame_range", $"expected [first, last] with 0 <= first <= last, found [{string.Join(", ", range)}].");
        }

        return new ClipRow
        {
            VideoName = row.Text("video_name"),
            Video = row.OptionalText("video"),
            Question = row.Text("question"),
            Answer = row.OptionalText("answer") ?? "",
            FrameRange = new FrameRange(range[0], range[1]),
            Idx = row.Integer("idx"),
            Idy = row.Integer("idy"),
        };
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("video_name", VideoName);
        writer.WriteString("question", Question);
        writer.WriteString("answer", Answer);
        writer.WriteIntegers("frame_range", FrameRange.First, FrameRange.Last);
        writer.WriteNumber("idx", Idx);
        writer.WriteNumber("idy", Idy);
        if (Video is not null)
        {
            writer.WriteString("video", Video);
        }
    }
}
