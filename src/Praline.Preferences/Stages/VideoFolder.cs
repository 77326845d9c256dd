namespace Praline.Preferences;

/// <summary>Finds the videos of a folder tree.</summary>
public static class VideoFolder
{
    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".wmv", ".flv", ".3gp", ".ogv",
    };

    /// <summary>Whether a file's name ends as a video's does.</summary>
    public static bool IsVideo(string path) => Endings.Contains(Path.GetExtension(path));

    /// <summary>
    /// All videos in the folder and below it, in the order of their paths (by code point, so the same everywhere). Files in different folders stay
    /// apart: the name is the relative path without the ending, and with the ending where two files would share a name.
    /// </summary>
    /// <exception cref="PralineException">There is no such folder, or no video in it.</exception>
    public static IReadOnlyList<VideoItem> Scan(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PralineException($"There is no folder {folder}. Give the folder that holds the videos.");
        }

        var paths = FolderWalk.Files(folder)
            .Where(IsVideo)
            .Select(p => Path.GetRelativePath(folder, p).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (paths.Count == 0)
        {
            throw new PralineException($"{folder} and its folders hold no video. Known endings: {string.Join(" ", Endings)}.");
        }

        return Name(paths);
    }

    /// <summary>Numbers and names relative paths, in the order given.</summary>
    public static IReadOnlyList<VideoItem> Name(IReadOnlyList<string> paths)
    {
        var shared = paths.GroupBy(WithoutEnding).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return [.. paths.Select((path, i) => new VideoItem(i, shared.Contains(WithoutEnding(path)) ? path : WithoutEnding(path), path))];
    }

    /// <summary>
    /// The same videos under the numbers that an earlier <c>clips.jsonl</c> gave them, new ones numbered after those: so that a video
    /// that came or went doesn't change what is made of the others.
    /// </summary>
    public static IReadOnlyList<VideoItem> KeepNumbers(IReadOnlyList<VideoItem> videos, string clipsPath)
    {
        if (!File.Exists(clipsPath))
        {
            return videos;
        }

        var numbers = VideoList.FromClips(clipsPath).ToDictionary(v => v.Video.Name, v => v.Video.Idx, StringComparer.Ordinal);
        var next = numbers.Values.Append(-1).Max() + 1;
        return [.. videos.Select(v => v with { Idx = numbers.TryGetValue(v.Name, out var known) ? known : next++ }).OrderBy(v => v.Idx)];
    }

    private static string WithoutEnding(string path) => path[..^Path.GetExtension(path).Length];
}
