using System.Text.Json;
using System.Text.Json.Serialization;

namespace Praline.SmallWorld;

/// <summary>One question and its answer, as a line of JSON for supervised training.</summary>
/// <param name="Id">Unique in its file, e.g. "train-000012/clip1".</param>
/// <param name="Kind">"full", "clip", "track", "retrospective" or "retrospective_clip".</param>
/// <param name="Video">Path of the video relative to the data set, or null when frames are rendered from the scene.</param>
/// <param name="Scene">The scene's seed.</param>
/// <param name="FrameRange">First and last frame of a clip, both included; null: the whole video.</param>
/// <param name="Question">The prompt, without the tokens that stand for the frames.</param>
/// <param name="Answer">What to learn to say.</param>
/// <param name="Draft">The draft that the question shows, if any.</param>
public sealed record SftRow(
    string Id,
    string Kind,
    string? Video,
    ulong Scene,
    IReadOnlyList<int>? FrameRange,
    string Question,
    string Answer,
    string? Draft = null)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The row as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">When it is something else.</exception>
    public static SftRow FromJson(string json) =>
        JsonSerializer.Deserialize<SftRow>(json, Json) ?? throw new JsonException("A row is a JSON object, found null.");
}
