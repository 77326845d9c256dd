namespace Praline;

/// <summary>
/// Where a checkout's native libraries are: <c>artifacts/native</c> of the very checkout whose <c>artifacts/bin</c> the program runs from. No other folder above
/// the program is looked at: who may write to one of those is not who may say what this program runs.
/// </summary>
public static class NativeFolder
{
    /// <summary>The folder, or null for a program that does not run from a checkout.</summary>
    public static string? OfCheckout(string baseDirectory)
    {
        for (var folder = new DirectoryInfo(Path.GetFullPath(baseDirectory)); folder?.Parent is not null; folder = folder.Parent)
        {
            if (folder is { Name: "bin", Parent: { Name: "artifacts", Parent: { } root } } && File.Exists(Path.Combine(root.FullName, "Praline.slnx")))
            {
                return Path.Combine(root.FullName, "artifacts", "native");
            }
        }

        return null;
    }
}
