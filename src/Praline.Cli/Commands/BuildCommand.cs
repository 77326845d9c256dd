using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Models.Checkpoints;
using Praline.Preferences;

namespace Praline.Cli.Commands;

/// <summary><c>praline build</c>: all four steps; with <c>--plan</c> only what they would do and cost.</summary>
internal static class BuildCommand
{
    public static Command Create()
    {
        var (input, clips, captions, captioner) = (new InputChoices(), new ClipChoices(), new CaptionChoices(), new CaptionerChoices());
        var (judges, rank, plan) = (new JudgeChoices(), new RankChoices(), new PlanChoices());
        var command = new Command("build", "All four steps: from a folder of videos to preference pairs. Stop it at any moment; run again, it goes on.");
        input.AddTo(command);
        plan.AddTo(command);
        clips.AddTo(command);
        captions.AddTo(command);
        captioner.AddTo(command);
        judges.AddTo(command);
        rank.AddTo(command);
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) => launch.RunSharedAsync(parsed, () => parsed.GetValue(input.Output)!, async world =>
        {
            var (folder, videos, prompts) = (input.FolderOf(parsed), input.VideosOf(parsed), input.PromptsOf(parsed));
            if (parsed.GetValue(plan.Plan))
            {
                return plan.Print(parsed, folder, videos, new PlanOptions
                {
                    Clips = clips.Of(parsed),
                    Candidates = parsed.GetValue(captions.GenerateNums),
                    ClipSampling = captions.ClipSampling(parsed),
                    VideoSampling = captions.VideoSampling(parsed),
                    Prompts = prompts,
                    JudgeIsPaid = judges.IsPaid(parsed),
                });
            }

            var files = input.FilesOf(parsed);
            rank.Of(parsed).Validate();
            using var model = captioner.Open(parsed, files);
            var device = model.Model.Language.Device;
            using var judge = JudgeHandle.Open(
                judges, parsed, files, prompts, new LoadOptions { Device = device, DType = captioner.Model.DTypeOf(parsed, device) });
            var builder = new PreferenceBuilder
            {
                Clips = clips.Stage(parsed, prompts),
                CaptionClips = captions.ClipStage(parsed, model.Captioner, prompts),
                Candidates = captions.CandidatesStage(parsed, model.Captioner, prompts),
                Judge = new JudgeStage(judge.Judge) { ClipsPath = files.Clips },
                Rank = rank.Stage(parsed),
            };
            var exit = StageView.Print(world, await builder.RunAsync(folder, videos, files.Folder, input.RunOf(parsed, world), judge.Concurrency, cancellation));
            if (world.IsMain)
            {
                RankingView.Write(files, folder, rank, parsed);
            }

            return exit;
        }, cancellation));
        return command;
    }
}
