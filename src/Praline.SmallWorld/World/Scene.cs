using System.Text.Json;
using System.Text.Json.Serialization;

namespace Praline.SmallWorld;

/// <summary>One video of the small world, exactly: what <see cref="SceneRenderer"/> draws and captions are measured against.</summary>
/// <param name="Seed">What it was made from.</param>
/// <param name="Size">Width and height in pixels.</param>
/// <param name="Fps">Frames per second.</param>
/// <param name="FrameCount">Number of frames.</param>
/// <param name="Background">The background's colour.</param>
/// <param name="Objects">The shapes; each (colour, shape), later colours too, belongs to one object only.</param>
/// <param name="Events">What happens, in order of time, never two at once.</param>
public sealed record Scene(
    ulong Seed,
    int Size,
    int Fps,
    int FrameCount,
    WorldColor Background,
    IReadOnlyList<SceneObject> Objects,
    IReadOnlyList<SceneEvent> Events)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>Length in seconds.</summary>
    [JsonIgnore]
    public double Seconds => FrameCount / (double)Fps;

    /// <summary>The clips that SynPO's first step makes of it.</summary>
    public IReadOnlyList<(int Start, int End)> Clips(double clipSeconds = 10) =>
        ClipRule.Clips(FrameCount, Seconds, clipSeconds);

    /// <summary>What is true of the whole video.</summary>
    public SceneTruth Facts() => Facts(0, FrameCount - 1);

    /// <summary>What is true between two frames, both included: what can be seen there.</summary>
    public SceneTruth Facts(int startFrame, int endFrame) => SceneTruth.Of(this, startFrame, endFrame);

    /// <summary>The scene as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">When it is something else.</exception>
    public static Scene FromJson(string json) =>
        JsonSerializer.Deserialize<Scene>(json, Json) ?? throw new JsonException("A scene is a JSON object, found null.");
}
