using System.Globalization;
using System.Text.Json;
using Praline.Media;

namespace Praline.SmallWorld;

/// <summary>
/// Still pictures with a list of what is where: what a captioner that starts from nothing learns to see with, before it is shown
/// videos. They hold more objects than videos do, and the lists go by place, so that each word of an answer can be known: that teaches
/// colours and shapes in a tenth of the samples that captions need. The n-th picture of a split is always the same, however many
/// are written.
/// </summary>
public static class FrameData
{
    /// <summary>The question that pictures are asked.</summary>
    public const string Question = "Name what can be seen, place by place.";

    private const double FilledShare = 0.55;

    /// <summary>The n-th picture and the list of what is in it.</summary>
    public static (RgbImage Image, string Answer) Create(SmallWorldSplit split, int index, SceneOptions? options = null)
    {
        var random = WorldRandom.Derive(SmallWorldData.Seed(split, index), "frame");
        var background = random.Pick(Palette.Backgrounds);
        var canvas = new SceneRenderer.Canvas((options ?? new()).Size, background);
        var answer = new List<string>();
        var large = new HashSet<Place>();
        foreach (var place in Enum.GetValues<Place>())
        {
            if (!random.Chance(FilledShare))
            {
                continue;
            }

            // No habits here: what is to be learned is to look.
            var (color, shape) = (random.Pick(Palette.ObjectColors), random.Pick(Enum.GetValues<Shape>()));
            var size = random.Pick(Enum.GetValues<ShapeSize>());
            if (Grid.Neighbor(place, Motion.Left, 1) is { } left && large.Contains(left)
                || Grid.Neighbor(place, Motion.Up, 1) is { } above && large.Contains(above))
            {
                size = ShapeSize.Small; // two large ones would overlap
            }
            else if (size == ShapeSize.Large)
            {
                large.Add(place);
            }

            var (x, y) = Grid.Center(place);
            canvas.Draw(shape, color, x + random.Between(-0.012, 0.012), y + random.Between(-0.012, 0.012), Grid.RadiusOf(size));
            answer.Add($"{Title(Words.Of(place))}: {Words.Of(size)} {Words.Of(color)} {Words.Of(shape)}.");
        }

        answer.Add($"Background: {Words.Of(background)}.");
        return (canvas.ToImage(), string.Join(' ', answer));
    }

    /// <summary>Writes <c>frames/NAME.png</c> and <c>frames.jsonl</c> (id, image, question, answer). Pictures that are there are kept.</summary>
    public static void Write(string folder, SmallWorldSplit split, int count, SceneOptions? options = null, CancellationToken cancel = default)
    {
        Directory.CreateDirectory(Path.Combine(folder, "frames"));
        var rows = new string[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            var (image, answer) = Create(split, i, options);
            var name = $"frames/{SmallWorldData.Name(split, i)}.png";
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                // Not flushed one by one as other files are: a lost picture is drawn again.
                File.WriteAllBytes(path + ".tmp", ImageFile.EncodePng(image));
                File.Move(path + ".tmp", path);
            }

            rows[i] = JsonSerializer.Serialize(new { id = SmallWorldData.Name(split, i), image = name, question = Question, answer });
        });
        LinesFile.Write(Path.Combine(folder, "frames.jsonl"), rows);
    }

    private static string Title(string words) => char.ToUpper(words[0], CultureInfo.InvariantCulture) + words[1..];
}
