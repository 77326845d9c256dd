using System.CommandLine;
using Praline.Cli.Distributed;

namespace Praline.Cli.Commands;

/// <summary><c>praline candidates</c>: step 3.</summary>
internal static class CandidatesCommand
{
    public static Command Create()
    {
        var (input, captions, captioner) = (new InputChoices(), new CaptionChoices(), new CaptionerChoices());
        var command = new Command("candidates", "Step 3: sample candidate captions of every whole video (long_generation.jsonl).");
        input.AddTo(command);
        captions.AddTo(command, clips: false);
        captioner.AddTo(command);
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) => launch.RunSharedAsync(parsed, () => parsed.GetValue(input.Output)!, async world =>
        {
            var files = input.FilesOf(parsed);
            using var model = captioner.Open(parsed, files);
            return StageView.Print(world, [await captions.CandidatesStage(parsed, model.Captioner, input.PromptsOf(parsed)).RunAsync(
                input.FolderOf(parsed), files.Clips, files.LongGeneration, input.RunOf(parsed, world), cancellation)]);
        }, cancellation));
        return command;
    }
}
