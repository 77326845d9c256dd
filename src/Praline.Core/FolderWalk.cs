namespace Praline;

/// <summary>
/// The files below a folder, links followed, each once: however many paths lead to a file, and even where links lead in circles. What has a path
/// without links is found under that.
/// </summary>
public static class FolderWalk
{
    /// <summary>Paths that begin with the folder's, in the order of their code points.</summary>
    /// <exception cref="PralineException">A folder below can't be read.</exception>
    public static IReadOnlyList<string> Files(string folder)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal); // by real path
        var folders = new HashSet<string>(StringComparer.Ordinal);
        var links = new Queue<FileSystemInfo>();
        Walk(new DirectoryInfo(folder), RealPath(folder), files, folders, links);
        while (links.TryDequeue(out var link))
        {
            // Read where the link points to only now: all that is there without links is known.
            var target = RealPath(link.FullName);
            if (new FileInfo(target).LinkTarget is not null)
            {
                continue; // a link that leads to itself
            }

            if (Directory.Exists(target))
            {
                Walk(new DirectoryInfo(link.FullName), target, files, folders, links);
            }
            else if (File.Exists(target))
            {
                files.TryAdd(target, link.FullName);
            }
        }

        var full = Path.GetFullPath(folder);
        return [.. files.Values.Select(path => Path.Combine(folder, Path.GetRelativePath(full, path))).Order(StringComparer.Ordinal)];
    }

    /// <summary>The path without links in it; where a part does not exist, the rest as it is.</summary>
    public static string RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        for (var links = 0; links < 40; links++)
        {
            if (FirstLink(full) is not { } link)
            {
                return full;
            }

            var target = new FileInfo(link).LinkTarget!;
            full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(link)!, target) + full[link.Length..]);
        }

        return full; // a link to itself: nothing is there
    }

    private static void Walk(DirectoryInfo folder, string real, Dictionary<string, string> files, HashSet<string> folders, Queue<FileSystemInfo> links)
    {
        if (!folders.Add(real))
        {
            return;
        }

        FileSystemInfo[] entries;
        try
        {
            entries = folder.GetFileSystemInfos();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"Can't read the folder {folder.FullName}: {error.Message} Make it readable, or move it away.", error);
        }

        foreach (var entry in entries.OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = Path.Combine(real, entry.Name);
            if (entry.LinkTarget is not null)
            {
                links.Enqueue(entry);
            }
            else if (entry is DirectoryInfo inner)
            {
                Walk(inner, path, files, folders, links);
            }
            else
            {
                files.TryAdd(path, entry.FullName);
            }
        }
    }

    private static string? FirstLink(string full)
    {
        for (var end = full.IndexOf('/', 1); ; end = full.IndexOf('/', end + 1))
        {
            var part = end < 0 ? full : full[..end];
            if (new FileInfo(part).LinkTarget is not null)
            {
                return part;
            }

            if (end < 0)
            {
                return null;
            }
        }
    }
}
