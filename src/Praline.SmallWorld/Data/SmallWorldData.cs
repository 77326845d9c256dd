using System.Text.Json;
using Praline.Media;

namespace Praline.SmallWorld;

/// <summary>
/// Data sets of the small world: <c>videos/*.mp4</c>, <c>truth.jsonl</c> and rows for supervised training. The n-th scene of a split,
/// its rows and their bytes are always the same, however many are written.
/// </summary>
public static class SmallWorldData
{
    /// <summary>The seed of the n-th scene of a split.</summary>
    public static ulong Seed(SmallWorldSplit split, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return ((ulong)split << 32) + (ulong)index;
    }

    /// <summary>The n-th scene of a split.</summary>
    public static Scene Scene(SmallWorldSplit split, int index, SmallWorldDataOptions? options = null) =>
        SceneGenerator.Create(Seed(split, index), (options ?? new()).Scenes);

    /// <summary>The name of a scene's video, without folder and ending: "heldout-000012".</summary>
    public static string Name(SmallWorldSplit split, int index) =>
        $"{split.ToString().ToLowerInvariant()}-{index:D6}";

    /// <summary>The rows of one scene: captions of the whole, of clips, and drafts improved.</summary>
    /// <param name="split">The split.</param>
    /// <param name="index">The scene's number in the split.</param>
    /// <param name="prompts">The questions.</param>
    /// <param name="options">What the rows are like.</param>
    /// <param name="videos">Whether rows name a video file; otherwise frames are rendered from the scene.</param>
    public static IReadOnlyList<SftRow> Rows(
        SmallWorldSplit split, int index, CaptionPrompts prompts, SmallWorldDataOptions? options = null, bool videos = false)
    {
        options ??= new();
        var scene = Scene(split, index, options);
        return new SftRowWriter(scene, Name(split, index), videos ? $"videos/{Name(split, index)}.mp4" : null, prompts, options).Write();
    }

    /// <summary>Writes the rows of scenes 0 to <paramref name="count"/> − 1 as JSONL.</summary>
    /// <returns>The number of rows.</returns>
    public static int WriteRows(
        string path,
        SmallWorldSplit split,
        int count,
        CaptionPrompts prompts,
        SmallWorldDataOptions? options = null,
        bool videos = false,
        CancellationToken cancel = default)
    {
        var rows = 0;
        LinesFile.Write(path, Lines());
        return rows;

        IEnumerable<string> Lines()
        {
            for (var i = 0; i < count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var row in Rows(split, i, prompts, options, videos))
                {
                    rows++;
                    yield return row.ToJson();
                }
            }
        }
    }

    /// <summary>
    /// Writes <c>videos/NAME.mp4</c> and <c>truth.jsonl</c> (video, scene, required facts in words) for scenes 0 to
    /// <paramref name="count"/> − 1. Videos that are there already are kept.
    /// </summary>
    public static void WriteVideos(
        string folder,
        SmallWorldSplit split,
        int count,
        SmallWorldDataOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancel = default)
    {
        for (var i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, "videos", $"{Name(split, i)}.mp4");
            if (!File.Exists(path))
            {
                var scene = Scene(split, i, options);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                VideoWriter.Write(path, SceneRenderer.RenderAll(scene), scene.Fps);
            }

            progress?.Report(i + 1);
        }

        LinesFile.Write(
            Path.Combine(folder, "truth.jsonl"),
            Enumerable.Range(0, count).Select(i => TruthLine(Name(split, i), Scene(split, i, options))));
    }

    /// <summary>Reads <c>truth.jsonl</c>: each video's name and its scene.</summary>
    /// <exception cref="PralineException">When a line is something else.</exception>
    public static IEnumerable<(string Video, Scene Scene)> ReadTruth(string path) =>
        TruthFile.Read(path, "video_name", SmallWorld.Scene.FromJson);

    private static string TruthLine(string name, Scene scene)
    {
        var facts = scene.Facts().Required.Select(f => f.ToString()).Order(StringComparer.Ordinal);
        return $"{{\"video_name\":\"{name}\",\"scene\":{scene.ToJson()},\"facts\":{JsonSerializer.Serialize(facts)}}}";
    }
}
