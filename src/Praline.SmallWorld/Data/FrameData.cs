using System.Text.Json;
using Praline.Media;

namespace Praline.SmallWorld;

/// <summary>
/// Single frames with short descriptions: what a captioner that starts from nothing learns to see with, before it is shown videos.
/// The n-th frame of a split is always the same, however many are written.
/// </summary>
public static class FrameData
{
    /// <summary>The question that frames are asked.</summary>
    public const string Question = "Name what can be seen.";

    // What is written of an empty scene: an object may have left, or not come yet.
    private const string Nothing = "Nothing can be seen.";

    /// <summary>The n-th scene's frame and the caption of what is in it: objects, sizes and places, and now and then the background.</summary>
    public static (RgbImage Image, string Caption) Create(SmallWorldSplit split, int index, SmallWorldDataOptions? options = null)
    {
        var scene = SmallWorldData.Scene(split, index, options);
        var random = WorldRandom.Derive(scene.Seed, "frame");
        var frame = random.Next(scene.FrameCount);
        var story = scene.Facts(frame, frame).Story;
        var still = new Story(
            random.Chance(0.5) ? story.Background : null, [.. story.Objects.Select(o => o with { Motion = null })], []);
        var caption = still.Objects.Count == 0 && still.Background is null ? Nothing : CaptionWriter.Write(still, random);
        return (SceneRenderer.Render(scene, frame), caption);
    }

    /// <summary>Writes <c>frames/NAME.png</c> and <c>frames.jsonl</c> (id, image, question, answer). Pictures that are there are kept.</summary>
    public static void Write(
        string folder, SmallWorldSplit split, int count, SmallWorldDataOptions? options = null, IProgress<int>? progress = null,
        CancellationToken cancel = default)
    {
        Directory.CreateDirectory(Path.Combine(folder, "frames"));
        var rows = new string[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            var (image, caption) = Create(split, i, options);
            var name = $"frames/{SmallWorldData.Name(split, i)}.png";
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                // Not flushed one by one as other files are: a lost picture is drawn again.
                File.WriteAllBytes(path + ".tmp", ImageFile.EncodePng(image));
                File.Move(path + ".tmp", path);
            }

            rows[i] = JsonSerializer.Serialize(new { id = SmallWorldData.Name(split, i), image = name, question = Question, answer = caption });
            progress?.Report(i + 1);
        });
        WholeFile.WriteLines(Path.Combine(folder, "frames.jsonl"), rows);
    }
}
