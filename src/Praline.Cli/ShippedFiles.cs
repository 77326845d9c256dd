namespace Praline.Cli;

/// <summary>Finds what ships with Praline beside the program: the small checkpoints and the recipes.</summary>
internal static class ShippedFiles
{
    /// <summary>The small captioner's checkpoint folder.</summary>
    public static string BaseCaptioner => Find(Path.Combine("models", "small-captioner"));

    /// <summary>The small assistant's checkpoint folder: it answers questions about images of shapes.</summary>
    public static string BaseAssistant => Find(Path.Combine("models", "small-assistant"));

    /// <summary>Names of the shipped checkpoints.</summary>
    public static IReadOnlyList<string> Models { get; } = ["small-captioner", "small-assistant"];

    /// <summary>The folder of the model that a command line or a file names: a shipped one by its name, any other by its path.</summary>
    /// <exception cref="PralineException">None is named, or there is none of that name.</exception>
    public static string Model(string? named) => named switch
    {
        null => throw new PralineException(
            $"Name the model: --model FOLDER for a Hugging Face checkpoint, or --model {string.Join(" or ", Models)} for the small ones that ship with Praline."),
        _ when Directory.Exists(named) => named,
        _ when Models.Contains(named) => Find(Path.Combine("models", named)),
        _ => throw new PralineException($"There is no folder {named}. Name a checkpoint's folder, or {string.Join(" or ", Models)} for the models that ship with Praline."),
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
