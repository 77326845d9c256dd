using System.CommandLine;
using Praline.Models.Checkpoints;
using Praline.Preferences;

namespace Praline.Cli.Commands;

/// <summary><c>praline rank</c>: step 4, or with <c>--reweight</c> only its second half, which asks nobody.</summary>
internal static class RankCommand
{
    public static Command Create()
    {
        var (input, judges, rank, model) = (new InputChoices(), new JudgeChoices(), new RankChoices(), new ModelOptions());
        var reweight = new Option<bool>("--reweight") { Description = "Only make pairs anew from scores.jsonl, under other weights or rules; no judge is asked." };
        var command = new Command("rank", "Step 4: have a judge score the candidates, and rank them into pairs (scores.jsonl, pairs.jsonl, report.html).") { reweight };
        input.AddTo(command);
        judges.AddTo(command);
        rank.AddTo(command);
        command.Options.Add(model.Device);
        command.Options.Add(model.DType);
        command.Options.Add(model.Threads);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (files, run) = (input.FilesOf(parsed), input.RunOf(parsed));
            var summaries = new List<StageSummary>();
            if (parsed.GetValue(reweight))
            {
                run = run with { Restart = true };
            }
            else
            {
                var device = model.Prepare(parsed);
                using var judge = JudgeHandle.Open(
                    judges, parsed, files, input.PromptsOf(parsed), new LoadOptions { Device = device, DType = model.DTypeOf(parsed, device) });
                summaries.Add(await new JudgeStage(judge.Judge) { ClipsPath = files.Clips }.RunAsync(
                    input.FolderOf(parsed), files.ShortGeneration, files.LongGeneration, files.Scores,
                    run with { MaxConcurrency = judge.Concurrency }, cancellation));
            }

            summaries.Add(await rank.Stage(parsed).RunAsync(files.LongGeneration, files.Scores, files.Pairs, run, cancellation));
            var exit = StageView.Print(summaries);
            RankingView.Write(files, input.FolderOf(parsed), rank, parsed);
            return exit;
        });
        return command;
    }
}
