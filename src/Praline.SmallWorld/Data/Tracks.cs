namespace Praline.SmallWorld;

/// <summary>
/// Where each thing of a clip is, frame after frame: "Small red circle: top left, top left, top, away." Every word can be seen in one frame,
/// so a small model learns from it to follow things, which captions ("moves right", "leaves") teach it only slowly.
/// </summary>
internal static class Tracks
{
    /// <summary>The question that tracks answer.</summary>
    public const string Question = "Name what can be seen, frame by frame.";

    /// <summary>As many frames as a captioner is shown of a clip (SynPO's <c>min_frm</c>).</summary>
    private const int Frames = 8;

    /// <summary>The tracks of the things that are seen in any of the frames, in the order of their first places.</summary>
    public static string Of(Scene scene, (int Start, int End) clip)
    {
        var frames = Enumerable.Range(0, Frames).Select(i => clip.Start + (int)Math.Round(i * (clip.End - clip.Start) / (Frames - 1.0))).ToList();
        return string.Join(' ', scene.Objects
            .Where(o => frames.Any(o.IsVisible))
            .OrderBy(o => PlaceIn(o, frames.First(o.IsVisible)))
            .Select(o => Line(o, frames)));
    }

    private static string Line(SceneObject item, List<int> frames)
    {
        var color = item.ColorAt(frames.First(item.IsVisible));
        var name = $"{Words.Of(item.Size)} {Words.Of(color)} {Words.Of(item.Shape)}";
        var places = new List<string>();
        foreach (var frame in frames)
        {
            var changed = item.ColorAt(frame) != color;
            places.Add(!item.IsVisible(frame) ? "away" : (changed ? Words.Of(item.ColorAt(frame)) + " " : "") + Words.Of(PlaceIn(item, frame)));
            color = changed ? item.ColorAt(frame) : color;
        }

        return $"{char.ToUpperInvariant(name[0])}{name[1..]}: {string.Join(", ", places)}.";
    }

    private static Place PlaceIn(SceneObject item, int frame)
    {
        var (x, y) = item.PositionAt(frame);
        return Grid.PlaceOf(x, y);
    }
}
