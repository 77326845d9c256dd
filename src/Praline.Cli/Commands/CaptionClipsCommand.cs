using System.CommandLine;

namespace Praline.Cli.Commands;

/// <summary><c>praline caption-clips</c>: step 2.</summary>
internal static class CaptionClipsCommand
{
    public static Command Create()
    {
        var (input, captions, captioner) = (new InputChoices(), new CaptionChoices(), new CaptionerChoices());
        var command = new Command("caption-clips", "Step 2: caption every clip, then again with the first caption in view (short_generation.jsonl).");
        input.AddTo(command);
        captions.AddTo(command, videos: false);
        captioner.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var files = input.FilesOf(parsed);
            using var model = captioner.Open(parsed, files);
            return StageView.Print([await captions.ClipStage(parsed, model.Captioner, input.PromptsOf(parsed)).RunAsync(
                input.FolderOf(parsed), files.Clips, files.ShortGeneration, input.RunOf(parsed), cancellation)]);
        });
        return command;
    }
}
