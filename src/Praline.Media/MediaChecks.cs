namespace Praline.Media;

/// <summary>What can be told about a file before any decoder sees it.</summary>
internal static class MediaChecks
{
    public static void RequireNonEmptyFile(string path, string expected)
    {
        if (Directory.Exists(path))
        {
            throw new MediaException(path, expected, "a folder", "Name a file in it.");
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new MediaException(path, expected, "no such file", "Check the path.");
        }

        if (file.Length == 0)
        {
            throw new MediaException(path, expected, "an empty file (0 bytes)", "Fetch it again, or leave it out.");
        }
    }
}
