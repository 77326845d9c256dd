using System.CommandLine;

namespace Praline.Cli.Commands;

/// <summary><c>praline clips</c>: step 1.</summary>
internal static class ClipsCommand
{
    public static Command Create()
    {
        var (input, clips) = (new InputChoices(), new ClipChoices());
        var command = new Command("clips", "Step 1: cut each video into clips (clips.jsonl).");
        input.AddTo(command);
        clips.AddTo(command);
        command.SetAction(async (parsed, cancellation) => StageView.Print([await clips.Stage(parsed, input.PromptsOf(parsed)).RunAsync(
            input.FolderOf(parsed), input.VideosOf(parsed), input.FilesOf(parsed).Clips, input.RunOf(parsed), cancellation)]));
        return command;
    }
}
