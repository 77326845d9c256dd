namespace Praline.Evaluation;

/// <summary>The folder of a PIE file's images.</summary>
/// <param name="folder">The folder.</param>
public sealed class PieImages(string folder)
{
    private static readonly string[] Extensions = ["", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".JPG", ".JPEG", ".PNG"];

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>The file of an image ID, or null when there is none (or the ID would lead out of the folder).</summary>
    public string? Find(string imageId)
    {
        var root = Path.GetFullPath(Folder) + Path.DirectorySeparatorChar;
        return imageId.Trim().Length == 0 ? null : Extensions.Select(e => Path.GetFullPath(Path.Combine(Folder, imageId + e)))
            .FirstOrDefault(p => p.StartsWith(root, StringComparison.Ordinal) && File.Exists(p));
    }
}
