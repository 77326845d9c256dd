namespace Praline.Cli;

/// <summary>Finds what ships with Praline beside the program: the small checkpoints and the recipes.</summary>
internal static class ShippedFiles
{
    /// <summary>The small captioner's checkpoint folder.</summary>
    public static string BaseCaptioner => Find(Path.Combine("models", "small-captioner"));

    /// <summary>The small assistant's checkpoint folder: it answers questions about images of shapes.</summary>
    public static string BaseAssistant => Find(Path.Combine("models", "small-assistant"));

    /// <summary>A checkpoint's folder: one on disk, or a shipped model by its name.</summary>
    public static string Model(string named) => named switch
    {
        _ when Directory.Exists(named) => named,
        "small-captioner" => BaseCaptioner,
        "small-assistant" => BaseAssistant,
        _ => throw new PralineException($"There is no folder {named}. Name a checkpoint's folder, or small-captioner or small-assistant for the models that ship with Praline."),
    };

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
