namespace Praline.Cli;

/// <summary>Finds what ships with Praline beside the program: the small checkpoints and the recipes.</summary>
internal static class ShippedFiles
{
    /// <summary>The small captioner's checkpoint folder.</summary>
    public static string BaseCaptioner => Find(Path.Combine("models", "small-captioner"));

    /// <summary>The small assistant's checkpoint folder: it answers questions about images of shapes.</summary>
    public static string BaseAssistant => Find(Path.Combine("models", "small-assistant"));

    private static string Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, relative);
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new PralineException(
            $"{relative} was not found above {AppContext.BaseDirectory}: it ships in the repository. Name a checkpoint with --model.");
    }
}
