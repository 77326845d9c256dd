using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Preferences;
using Praline.Torch.Distributed;

namespace Praline.Cli;

/// <summary>The options that all commands of preference building share: which videos, where to, and how to go on.</summary>
internal sealed class InputChoices
{
    public Option<string> Videos { get; } = new("--videos", "--dir-path") { Description = "Folder of videos; subfolders too.", Required = true };

    public Option<string?> Manifest { get; } = new("--manifest")
    {
        Description = "JSONL or CSV that lists the videos: path (from --videos), and as wished question, id, answer, frame_range. Default: all videos of the folder.",
    };

    public Option<string> Output { get; } = new("--out") { Description = "Folder for the files of all four steps.", Required = true };

    public Option<string?> Prompts { get; } = new("--prompts") { Description = "Folder with prompts that replace the built-in ones (question.txt, clip.txt, …)." };

    public Option<int> Ahead { get; } = new("--concurrency") { Description = "Videos under way at once: decoding files, vision and writing overlap.", DefaultValueFactory = _ => 4 };

    public Option<bool> Restart { get; } = new("--restart") { Description = "Begin anew instead of going on. Judges' answers are kept all the same." };

    public Option<bool> Update { get; } = new("--update") { Description = "Go on although videos came, went or changed: what was made of the others is kept." };

    public Option<bool> RetryFailed { get; } = new("--retry-failed") { Description = "Do again what was rejected or unscored." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Videos, Manifest, Output, Prompts, Ahead, Restart, Update, RetryFailed })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The folder that the videos' paths start from.</summary>
    public string FolderOf(ParseResult parsed) => parsed.GetValue(Videos)!;

    /// <summary>The videos of the manifest, or of the folder.</summary>
    public IReadOnlyList<VideoItem> VideosOf(ParseResult parsed) => parsed.GetValue(Manifest) is { } manifest
        ? VideoManifest.Read(manifest)
        : VideoFolder.Scan(FolderOf(parsed));

    /// <summary>The files of the output folder, which is made.</summary>
    public DataFiles FilesOf(ParseResult parsed)
    {
        var folder = parsed.GetValue(Output)!;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(folder, error);
        }

        return new DataFiles(folder);
    }

    public PromptSet PromptsOf(ParseResult parsed) => PromptSet.Load(parsed.GetValue(Prompts));

    public StageRunOptions RunOf(ParseResult parsed, World? world = null) => new()
    {
        World = world ?? World.Single,
        Restart = parsed.GetValue(Restart),
        Update = parsed.GetValue(Update),
        RetryFailed = parsed.GetValue(RetryFailed),
        MaxConcurrency = Math.Max(1, parsed.GetValue(Ahead)),
        Progress = world is null || LaunchOptions.Shows(world) ? StageView.Progress() : null,
    };
}
