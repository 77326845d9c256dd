using Praline.Data;
using Praline.Json;
using System.Globalization;

namespace Praline.Preferences;

/// <summary>
/// Reads a list of videos instead of a folder: JSONL or CSV (by the file's ending) with the columns <c>path</c>, and, each optional,
/// <c>question</c>, <c>id</c>, <c>answer</c> and <c>frame_range</c> (<c>[first, last]</c>, in CSV also <c>first-last</c>).
/// </summary>
public static class VideoManifest
{
    /// <summary>The listed videos, in the list's order. Whether the files can be used is seen when they are.</summary>
    /// <exception cref="PralineException">The list can't be read; file, line and column are named. Or two videos have the same id.</exception>
    public static IReadOnlyList<VideoItem> Read(string path)
    {
        var entries = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase) ? FromCsv(path) : FromJsonLines(path);
        if (entries.Count == 0)
        {
            throw new PralineException($"{path} lists no video.");
        }

        var names = VideoFolder.Name([.. entries.Select(e => e.Path)]);
        IReadOnlyList<VideoItem> videos = [.. entries.Zip(names, (e, n) => new VideoItem(n.Idx, e.Id ?? n.Name, e.Path, e.Question, e.Answer ?? "", e.Range))];
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (video, entry) in videos.Zip(entries))
        {
            if (!places.TryAdd(video.Name, entry.Place))
            {
                throw new PralineException($"{entry.Place}: {video.Name} was listed before ({places[video.Name]}). Give each its own id.");
            }
        }

        return videos;
    }

    private static List<Entry> FromJsonLines(string path) => [.. JsonLines.ReadRows(path).Select(row =>
    {
        FrameRange? range = null;
        if (row.Has("frame_range"))
        {
            var ends = row.Integers("frame_range");
            range = ends.Count == 2 && ends[0] >= 0 && ends[1] >= ends[0]
                ? new FrameRange(ends[0], ends[1])
                : throw row.Error("frame_range", $"expected [first, last] with 0 <= first <= last, found [{string.Join(", ", ends)}].");
        }

        return new Entry(row.Place, row.Text("path"), row.OptionalText("question"), row.OptionalText("id"), row.OptionalText("answer"), range);
    })];

    private static List<Entry> FromCsv(string path)
    {
        var rows = Csv.Read(path);
        if (rows.Count == 0)
        {
            return [];
        }

        var columns = rows[0].Cells.Select(c => c.Trim().ToLowerInvariant()).ToList();
        string[] known = ["path", "question", "id", "answer", "frame_range"];
        if (!columns.Contains("path") || columns.FirstOrDefault(c => !known.Contains(c)) is not null)
        {
            throw new PralineException($"{path}, line 1: expected a header with path and, as wished, {string.Join(", ", known[1..])}; found {string.Join(", ", columns)}.");
        }

        return [.. rows.Skip(1).Select(row =>
        {
            var place = $"{path}, line {row.Line}";
            if (row.Cells.Count != columns.Count)
            {
                throw new PralineException($"{place}: expected {columns.Count} cells, found {row.Cells.Count}. Put quotes around cells that hold commas.");
            }

            return new Entry(place, Cell("path") ?? throw new PralineException($"{place}: the path is empty."),
                Cell("question"), Cell("id"), Cell("answer"), Cell("frame_range") is { } text ? Range(place, text) : null);

            string? Cell(string column) => columns.IndexOf(column) is >= 0 and var at && row.Cells[at].Trim() is { Length: > 0 } cell ? cell : null;
        })];
    }

    private static FrameRange Range(string place, string text)
    {
        var parts = text.Trim('[', ']').Split(['-', ',', ' '], StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) &&
            int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last >= first
            ? new FrameRange(first, last)
            : throw new PralineException($"{place}, column frame_range: expected first-last, such as 0-119; found {text}.");
    }

    private sealed record Entry(string Place, string Path, string? Question, string? Id, string? Answer, FrameRange? Range);
}
