using System.Text.Json;
using System.Text.Json.Serialization;

namespace Praline.SmallWorld;

/// <summary>One question about an image and its answer, as a line of JSON for supervised training.</summary>
/// <param name="Id">Unique in its file.</param>
/// <param name="Kind">"plain", "engaging", "criteria", "description" or "write_question".</param>
/// <param name="Image">Path of the image relative to the data set, or null when it is rendered from the scene.</param>
/// <param name="Scene">The scene's seed.</param>
/// <param name="Question">The prompt, without the tokens that stand for the image.</param>
/// <param name="Answer">What to learn to say.</param>
/// <param name="QuestionType">The type's name in PIE, or "Plain"; null for descriptions.</param>
/// <param name="Side">Of rows with criteria: "preferred" or "rejected".</param>
public sealed record ImageSftRow(
    string Id, string Kind, string? Image, ulong Scene, string Question, string Answer, string? QuestionType = null, string? Side = null)
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
    public static ImageSftRow FromJson(string json) =>
        JsonSerializer.Deserialize<ImageSftRow>(json, Json) ?? throw new JsonException("A row is a JSON object, found null.");
}
