namespace Praline.Server.Media;

/// <summary>The folder whose files requests may name: what a name leads to, links followed to their end, must lie below it.</summary>
/// <param name="folder">The folder; null when requests may name no files.</param>
internal sealed class MediaRoot(string? folder)
{
    private const int MostLinks = 40;
    private readonly string? _root = folder is null ? null : RealPath(Path.GetFullPath(folder));

    /// <summary>The real path of a file that a request names: relative to the folder, or as a <c>file://</c> address.</summary>
    /// <exception cref="ApiException">It is not there or lies elsewhere; which of both is not said.</exception>
    internal string Find(string name, string parameter)
    {
        if (_root is null)
        {
            throw ApiException.Invalid(parameter, $"{parameter}: this server reads no files; start it with --media-root FOLDER, or send a data URL.", "files_not_allowed");
        }

        ApiException Missing() => ApiException.Invalid(parameter, $"{parameter}: there is no file {Shorten(name)} below the media root.", "file_not_found");
        var path = name;
        if (name.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            if (!Uri.TryCreate(name, UriKind.Absolute, out var uri) || !uri.IsFile || uri.IsUnc || uri.Host.Length > 0 || uri.Query.Length > 0)
            {
                throw ApiException.Invalid(parameter, $"{parameter} should be file:///path, found {Shorten(name)}.", "invalid_url");
            }

            path = uri.LocalPath;
        }

        if (path.Contains('\0') || path.Length > 4096)
        {
            throw Missing();
        }

        try
        {
            // Only regular files have a length: pipes and devices are as if they were not there.
            var real = RealPath(Path.GetFullPath(path, _root));
            return real.StartsWith(_root.TrimEnd('/') + "/", StringComparison.Ordinal) && new FileInfo(real) is { Exists: true, Length: > 0 } ? real : throw Missing();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Missing();
        }
    }

    /// <summary>A path without links: each part that is one is replaced by what it leads to, and that by what it leads to.</summary>
    private static string RealPath(string path)
    {
        var (real, links) = ("/", 0);
        var open = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (open.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            if (part == "." || new FileInfo(next).LinkTarget is not { } target)
            {
                real = part == "." ? real : next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"{path} has too many links.");
            }

            real = target.StartsWith('/') ? "/" : real;
            foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                open.Push(step);
            }
        }

        return real;
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
