namespace Praline.Preferences;

/// <summary>Image files in folders, and as chat models take them.</summary>
public static class ImageFiles
{
    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".gif" };

    /// <summary>All images in a folder and below it: relative paths in the order of their code points.</summary>
    /// <exception cref="PralineException">There is no such folder, or no image in it.</exception>
    public static IReadOnlyList<string> Scan(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PralineException($"There is no folder {folder}. Give the folder that holds the images.");
        }

        string[] paths = [.. FolderWalk.Files(folder).Where(p => Endings.Contains(Path.GetExtension(p)))
            .Select(p => Path.GetRelativePath(folder, p).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        return paths.Length > 0 ? paths : throw new PralineException($"{folder} and its folders hold no image. Known endings: {string.Join(" ", Endings)}.");
    }

    /// <summary>The file as an attachment; what browsers don't show is sent as PNG.</summary>
    /// <exception cref="Media.MediaException">It is no image.</exception>
    internal static async Task<ChatImage> ReadAsync(string path, CancellationToken cancellation)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
        var type = bytes.AsSpan().StartsWith<byte>([0x89, 0x50, 0x4E, 0x47]) ? "image/png"
            : bytes.AsSpan().StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? "image/jpeg"
            : null;
        return type is not null ? new ChatImage(type, bytes) : new ChatImage("image/png", Media.ImageFile.EncodePng(Media.ImageFile.Decode(bytes, path)));
    }
}
