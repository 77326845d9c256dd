using Praline.Json;
namespace Praline.Preferences;

/// <summary>Reads back which videos a <c>clips.jsonl</c> speaks of.</summary>
public static class VideoList
{
    /// <summary>The clips of each video, in the order of the videos' numbers and the clips' numbers.</summary>
    /// <exception cref="PralineException">A line is wrong, or two videos share a number or a name.</exception>
    public static IReadOnlyList<(VideoItem Video, IReadOnlyList<ClipRow> Clips)> FromClips(string clipsPath)
    {
        var videos = new List<(VideoItem, IReadOnlyList<ClipRow>)>();
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var group in JsonLines.Read<ClipRow>(clipsPath).GroupBy(c => c.Idx).OrderBy(g => g.Key))
        {
            var clips = group.OrderBy(c => c.Idy).ToList();
            var first = clips[0];
            if (clips.FirstOrDefault(c => c.VideoName != first.VideoName) is { } other)
            {
                throw new PralineException($"{clipsPath}: idx {group.Key} belongs to two videos, {first.VideoName} and {other.VideoName}. Number each video once.");
            }

            if (!names.TryAdd(first.VideoName, first.Idx))
            {
                throw new PralineException($"{clipsPath}: {first.VideoName} has two numbers, {names[first.VideoName]} and {first.Idx}. Name each video once.");
            }

            videos.Add((new VideoItem(first.Idx, first.VideoName, first.Video ?? first.VideoName, first.Question, first.Answer), clips));
        }

        return videos.Count > 0 ? videos : throw new PralineException($"{clipsPath} holds no clips. Run the clips stage on a folder with videos.");
    }

    /// <summary>
    /// Where a video's file is: its path in the folder; for rows that other programs wrote, the one file there whose name without the
    /// ending is the video's name.
    /// </summary>
    /// <exception cref="PralineException">There is no such file.</exception>
    public static string Locate(string folder, VideoItem video)
    {
        var path = Path.Combine(folder, video.Path);
        if (File.Exists(path))
        {
            return path;
        }

        var matches = video.Path == video.Name && Directory.Exists(folder)
            ? FolderWalk.Files(folder)
                .Where(f => Path.GetFileNameWithoutExtension(f) == video.Name).Order(StringComparer.Ordinal).ToList()
            : [];
        return matches.Count == 1
            ? matches[0]
            : throw new PralineException($"{path} is not there. Put the video back, or correct the folder, and use --retry-failed.");
    }
}
