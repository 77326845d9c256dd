using System.CommandLine;
using Praline.Preferences;

namespace Praline.Cli.Commands;

/// <summary><c>praline caption VIDEO…</c>: captions of videos on stdout, one line each.</summary>
internal static class CaptionCommand
{
    public static Command Create()
    {
        var videos = new Argument<string[]>("videos") { Description = "Video files.", Arity = ArgumentArity.OneOrMore };
        var question = new Option<string>("--question") { Description = "What to ask.", DefaultValueFactory = _ => PromptSet.Default.Question };
        var sample = new Option<bool>("--sample") { Description = "Draw at random (temperature 0.9, top-p 0.95, top-k 32) instead of the likeliest caption." };
        var seed = new Option<ulong>("--seed") { Description = "Where the random stream begins." };
        var tokens = new Option<int>("--max-new-tokens") { Description = "Longest caption, in tokens.", DefaultValueFactory = _ => 800 };
        var model = new ModelOptions();
        var command = new Command("caption", "Caption videos with a model, or with a model and an adapter.") { videos, question, sample, seed, tokens };
        model.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var captioner = CaptionerHandle.Open(model, parsed);
            var settings = (parsed.GetValue(sample) ? CaptionSettings.Sampled : CaptionSettings.Greedy) with { MaxNewTokens = parsed.GetValue(tokens) };
            var failed = 0;
            foreach (var path in parsed.GetValue(videos)!)
            {
                try
                {
                    using var video = await captioner.Captioner.EncodeAsync(new VideoRequest(path, null, FrameSampling.ForVideos), cancellation);
                    var captions = await captioner.Captioner.CaptionAsync(
                        [new CaptionRequest(video, parsed.GetValue(question)!, parsed.GetValue(seed))], settings, cancellation);
                    Console.WriteLine($"{path}\t{captions[0].Text.ReplaceLineEndings(" ")}");
                }
                catch (Exception error) when (Host.IsUsers(error))
                {
                    failed++;
                    Ui.Note($"praline: {error.Message}");
                }
            }

            return failed == 0 ? Host.Success : Host.Failure;
        });
        return command;
    }
}
