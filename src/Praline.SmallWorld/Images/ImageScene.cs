using System.Text.Json;
using System.Text.Json.Serialization;

namespace Praline.SmallWorld;

/// <summary>One image of the small world, exactly.</summary>
/// <param name="Seed">What it was made from.</param>
/// <param name="Size">Width and height in pixels.</param>
/// <param name="Background">The background's colour.</param>
/// <param name="Objects">The shapes.</param>
public sealed record ImageScene(ulong Seed, int Size, WorldColor Background, IReadOnlyList<ImageObject> Objects)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>All that there is to say of it.</summary>
    [JsonIgnore]
    public Story Story => new(Background, [.. Objects.Select(o => new StoryObject(o.Subject, o.Size, o.Place))], []);

    /// <summary>The object of a colour and shape, or null.</summary>
    public ImageObject? Find(Subject subject) => Objects.FirstOrDefault(o => o.Subject == subject);

    /// <summary>What a caption is measured against.</summary>
    public FactReference Facts() => new(Story.Facts(), new HashSet<Fact>(), new Dictionary<Subject, Subject>());

    /// <summary>Draws it.</summary>
    /// <param name="size">Width and height in pixels, when others than its own are wanted.</param>
    public Media.RgbImage Render(int? size = null)
    {
        var canvas = new SceneRenderer.Canvas(size ?? Size, Background);
        foreach (var item in Objects)
        {
            canvas.Draw(item.Subject.Shape, item.Subject.Color, item.X, item.Y, Grid.RadiusOf(item.Size));
        }

        return canvas.ToImage();
    }

    /// <summary>The scene as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">When it is something else.</exception>
    public static ImageScene FromJson(string json) =>
        JsonSerializer.Deserialize<ImageScene>(json, Json) ?? throw new JsonException("A scene is a JSON object, found null.");
}
