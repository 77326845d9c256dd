using System.CommandLine;
using Praline.Cli.Distributed;

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
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) => launch.RunSharedAsync(parsed, () => parsed.GetValue(input.Output)!, async world =>
        {
            var files = input.FilesOf(parsed);
            using var model = captioner.Open(parsed, files);
            return StageView.Print(world, [await captions.ClipStage(parsed, model.Captioner, input.PromptsOf(parsed)).RunAsync(
                input.FolderOf(parsed), files.Clips, files.ShortGeneration, input.RunOf(parsed, world), cancellation)]);
        }, cancellation));
        return command;
    }
}
