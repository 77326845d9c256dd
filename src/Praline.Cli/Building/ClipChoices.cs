using System.CommandLine;
using Praline.Media;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>How videos are cut: step 1.</summary>
internal sealed class ClipChoices
{
    private static readonly ClipOptions Defaults = new();

    public Option<ClipMode> Mode { get; } = new("--clips")
    {
        Description = "equal (the paper's: ranges of one length, more for longer videos), fixed (every --clip-seconds), scenes (where the picture changes at once).",
        DefaultValueFactory = _ => Defaults.Mode,
    };

    public Option<double> Seconds { get; } = new("--clip-seconds") { Description = "Seconds per clip.", DefaultValueFactory = _ => Defaults.SecondsPerClip };

    public Option<int> Min { get; } = new("--min-clips") { Description = "Fewest clips of a video (equal, scenes).", DefaultValueFactory = _ => Defaults.MinClips };

    public Option<int> Max { get; } = new("--max-clips") { Description = "Most clips of a video (equal, scenes).", DefaultValueFactory = _ => Defaults.MaxClips };

    public Option<double> Threshold { get; } = new("--scene-threshold")
    {
        Description = "How much a frame must differ from the one before to begin a scene, 0 to 255.",
        DefaultValueFactory = _ => SceneCuts.DefaultThreshold,
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Mode, Seconds, Min, Max, Threshold })
        {
            command.Options.Add(option);
        }
    }

    public ClipOptions Of(ParseResult parsed) => new()
    {
        Mode = parsed.GetValue(Mode),
        SecondsPerClip = parsed.GetValue(Seconds),
        MinClips = parsed.GetValue(Min),
        MaxClips = parsed.GetValue(Max),
        SceneThreshold = parsed.GetValue(Threshold),
    };

    public ClipStage Stage(ParseResult parsed, PromptSet prompts) => new(new MediaVideoProbe()) { Options = Of(parsed), Prompts = prompts };
}
