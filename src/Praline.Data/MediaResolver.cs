namespace Praline.Data;

/// <summary>
/// Finds the files that rows name: as an absolute path or a <c>file://</c> URL; below the media folder; with an ending that the name lacks; and by name
/// anywhere below the folder, as SynPO's <c>find_video_path</c> does. A name that fits two files is an error that names both.
/// </summary>
/// <param name="folder">Where media lie (<c>--dir-path</c>).</param>
public sealed class MediaResolver(string folder)
{
    private static readonly string[] VideoEndings = [".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".mpg", ".mpeg", ".gif"];
    private static readonly string[] ImageEndings = [".jpg", ".jpeg", ".png", ".webp", ".gif"];
    private readonly string _root = Path.GetFullPath(folder);
    private readonly Dictionary<(string Name, bool IsVideo), (string? Path, string Found, string Remedy)> _known = [];
    private Dictionary<string, List<string>>? _files;

    /// <summary>The reference with its file; embedded media as they are.</summary>
    /// <exception cref="DataException">There is no such file, or there are several; the sample's row is named.</exception>
    public MediaReference Resolve(Sample sample, MediaReference media)
    {
        if (media.Embedded is not null)
        {
            return media;
        }

        if (!_known.TryGetValue((media.Name, media.IsVideo), out var found))
        {
            _known[(media.Name, media.IsVideo)] = found = Find(media.Name, media.IsVideo ? VideoEndings : ImageEndings);
        }

        return found.Path is { } path ? media with { Path = path } : throw new DataException(sample.Problem(
            media.IsVideo ? "video" : "image", $"{(media.IsVideo ? "a video" : "an image")} file", found.Found, found.Remedy));
    }

    private (string? Path, string Found, string Remedy) Find(string name, string[] endings)
    {
        const string Correct = "Correct the name, set --dir-path to the folder of the media, or leave the row out.";
        if (name.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
        {
            name = Uri.TryCreate(name, UriKind.Absolute, out var url) && url.IsFile ? url.LocalPath : name;
        }
        else if (name.Contains("://", StringComparison.Ordinal))
        {
            return (null, $"the URL {name}", "Nothing is fetched while data are read: download the file and name it.");
        }

        if (name.Contains('\0'))
        {
            return (null, "a name with a zero byte", Correct);
        }

        if (Path.IsPathRooted(name))
        {
            return File.Exists(name) ? (Path.GetFullPath(name), "", "") : (null, $"no file {name}", Correct);
        }

        var path = Path.GetFullPath(Path.Combine(_root, name));
        if (!path.StartsWith(_root.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            return (null, $"{name}, which lies outside {folder}", "Name media below the folder, or by their absolute path.");
        }

        if (File.Exists(path))
        {
            return (path, "", "");
        }

        string[] hits = [.. endings.Select(ending => path + ending).Where(File.Exists)];
        hits = hits.Length > 0 ? hits : Below(name, endings);
        return hits switch
        {
            [var only] => (only, "", ""),
            [] => (null, $"no file {name} in {folder} or below it", Correct),
            _ => (null, $"several files that {name} may mean: {hits[0]} and {hits[1]}", "Name the file with its folder and its ending."),
        };
    }

    /// <summary>Files anywhere below the folder whose path ends with the name, its ending included or not.</summary>
    private string[] Below(string name, string[] endings)
    {
        if (_files is null)
        {
            _files = new Dictionary<string, List<string>>(StringComparer.Ordinal);
            foreach (var file in Directory.Exists(_root) ? FolderWalk.Files(_root) : [])
            {
                foreach (var key in new[] { Path.GetFileName(file), Path.GetFileNameWithoutExtension(file) }.Distinct())
                {
                    (_files.GetValueOrDefault(key) ?? (_files[key] = [])).Add(file);
                }
            }
        }

        var end = "/" + name.Replace("./", "", StringComparison.Ordinal);
        return [.. _files.GetValueOrDefault(Path.GetFileName(name), []).Where(file =>
            file.EndsWith(end, StringComparison.Ordinal)
            || (endings.Contains(Path.GetExtension(file).ToLowerInvariant()) && Path.ChangeExtension(file, null).EndsWith(end, StringComparison.Ordinal)))
            .Distinct().Order(StringComparer.Ordinal)];
    }
}
