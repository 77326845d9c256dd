namespace Praline.Cli;

/// <summary>Finds what ships with Praline beside the program: the small checkpoints and the recipes.</summary>
internal static class ShippedFiles
{
    /// <summary>The small captioner's checkpoint folder.</summary>
    public static string BaseCaptioner => Find(Path.Combine("models", "small-captioner"));

    /// <summary>The small assistant's checkpoint folder: it answers questions about images of shapes.</summary>
    public static string BaseAssistant => Find(Path.Combine("models", "small-assistant"));

<<<<<<< HEAD
    /// <summary>A checkpoint's folder: one on disk, or a shipped model by its name.</summary>
    public static string Model(string named) => named switch
    {
        _ when Directory.Exists(named) => named,
        "small-captioner" => BaseCaptioner,
        "small-assistant" => BaseAssistant,
        _ => throw new PralineException($"There is no folder {named}. Name a checkpoint's folder, or small-captioner or small-assistant for the models that ship with Praline."),
=======
    /// <summary>Names of the shipped checkpoints.</summary>
    public static IReadOnlyList<string> Models { get; } = ["small-captioner", "small-assistant"];

    /// <summary>The folder of the model that a command line or a file names: a shipped one by its name, any other by its path.</summary>
    /// <exception cref="PralineException">None is named.</exception>
    public static string Model(string? named) => named switch
    {
        null => throw new PralineException(
            $"Name the model: --model FOLDER for a Hugging Face checkpoint, or --model {string.Join(" or ", Models)} for the small ones that ship with Praline."),
        _ when Models.Contains(named) && !Directory.Exists(named) => Find(Path.Combine("models", named)),
        _ => named,
>>>>>>> bb54034 (A model is always named; help shows the method's own defaults; one thing has the same option names everywhere, the papers' names known)
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
