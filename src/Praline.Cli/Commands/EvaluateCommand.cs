using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Evaluation;
using Praline.Models.Checkpoints;
using Praline.Preferences;
using Praline.Torch.Distributed;

namespace Praline.Cli.Commands;

/// <summary><c>praline evaluate pie</c>: several runs' proactive engagement, judged and side by side in one report.</summary>
internal static class EvaluateCommand
{
    public static Command Create() => new("evaluate", "Measure models on a benchmark and write a report.") { Pie() };

    private static Command Pie()
    {
        var questions = new Option<string>("--questions", "--pie") { Description = "The PIE file: JSONL with Image ID, Question, Question Type.", Required = true };
        var images = new Option<string>("--images", "--dir-path") { Description = "Folder of the images.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder: a subfolder of files for each run, and report/.", Required = true };
        var runs = new Option<string[]>("--run")
        {
            Description = "NAME (the model as it is) or NAME=FOLDER of a training run, an adapter or a checkpoint; the first is the baseline.",
            DefaultValueFactory = _ => [],
        };
        var answers = new Option<string[]>("--answers") { Description = "NAME=FILE: answers that were made elsewhere (answer, img_path, question).", DefaultValueFactory = _ => [] };
        var prefixes = new Option<string[]>("--prefix")
        {
            Description = "NAME=TEXT: what stands before this run's questions. Default: nothing; for runs of praline train crl the text of their better condition.",
            DefaultValueFactory = _ => [],
        };
        var general = new Option<string?>("--general") { Description = "A QA or captioning set (image, question, answer) that shows whether general ability fell." };
        var generalImages = new Option<string?>("--general-images") { Description = "Folder of that set's images. Default: --images." };
        var judge = new Option<string>("--judge") { Description = $"{EngagementJudgeHandle.Names}.", DefaultValueFactory = _ => "openai" };
        var truth = new Option<string?>("--truth") { Description = "The small world's truth.jsonl. Default: beside the PIE file." };
        var prompts = new Option<string?>("--judge-prompts") { Description = "Folder with judge prompts that replace the built-in ones (false-premise.txt, …)." };
        var maxNewTokens = new Option<int>("--max-new-tokens") { Description = "Longest answer, in tokens.", DefaultValueFactory = _ => 1024 };
        var ahead = new Option<int>("--concurrency") { Description = "Questions under way at once: what waits is answered as one batch.", DefaultValueFactory = _ => 16 };
        var restart = new Option<bool>("--restart") { Description = "Begin anew instead of going on." };
        var retry = new Option<bool>("--retry-failed") { Description = "Do again what was rejected or missing." };
        var model = new ModelOptions();
        var command = new Command("pie", "MACAROON's benchmark: answers, verdicts, and one report on several runs.")
        {
            questions, images, output, runs, answers, prefixes, general, generalImages, judge, truth, prompts, maxNewTokens, ahead, restart, retry,
        };
        model.AddTo(command);
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) => launch.RunAsync(parsed, () => parsed.GetValue(output)!, () => World.RunAsync(default, async world =>
        {
            var folder = parsed.GetValue(output)!;
            var made = parsed.GetValue(answers)!.Select(Pair).ToDictionary(p => p.Name, p => p.Value);
            var named = parsed.GetValue(runs)!.Select(EvaluatedRun.Parse).ToList();
            if (named.Count + made.Count == 0)
            {
                named.Add(new EvaluatedRun("base", null, parsed.GetValue(model.Adapter), ""));
            }

            var ownPrefixes = parsed.GetValue(prefixes)!.Select(Pair).ToDictionary(p => p.Name, p => p.Value);
            if (ownPrefixes.Keys.FirstOrDefault(name => named.All(r => r.Label != name)) is { } unknown)
            {
                throw new PralineException($"--prefix {unknown}=…: there is no --run {unknown}.");
            }

            using var judging = EngagementJudgeHandle.Open(
                parsed.GetValue(judge)!, parsed.GetValue(truth), parsed.GetValue(questions)!, Path.Combine(folder, "judgements.sqlite"), GuideSet.Default);
            var evaluation = new PieEvaluation
            {
                QuestionsPath = parsed.GetValue(questions)!,
                Images = new PieImages(parsed.GetValue(images)!),
                Judge = judging.Judge,
                Prompts = PiePrompts.Load(parsed.GetValue(prompts)),
                GeneralPath = parsed.GetValue(general),
                GeneralImages = parsed.GetValue(generalImages) is { } other ? new PieImages(other) : null,
                Scorer = judging.Scorer,
                JudgeConcurrency = judging.Concurrency,
                Run = new StageRunOptions
                {
                    Restart = parsed.GetValue(restart),
                    RetryFailed = parsed.GetValue(retry),
                    MaxConcurrency = Math.Max(1, parsed.GetValue(ahead)),
                    World = world,
                    Progress = LaunchOptions.Shows(world) ? StageView.Progress("questions") : null,
                },
            };
            var load = AnswererHandle.Load(model, parsed);
            var summaries = new List<StageSummary>();
            foreach (var run in named)
            {
                using var answerer = AnswererHandle.Open(run.Checkpoint ?? model.ModelFolder(parsed), run.Adapter, load);
                var prefix = ownPrefixes.GetValueOrDefault(run.Label, run.Prefix);
                summaries.AddRange(await evaluation.RunAsync(
                    RunFolder(folder, run.Label), new PieModel(answerer.Answerer, prefix, CaptionSettings.Greedy with { MaxNewTokens = parsed.GetValue(maxNewTokens) }),
                    cancellation: cancellation));
            }

            foreach (var (name, file) in made)
            {
                summaries.AddRange(await evaluation.RunAsync(RunFolder(folder, name), null, file, cancellation));
            }

            if (!world.IsMain)
            {
                return Host.Success;
            }

            var study = evaluation.Study([.. named.Select(r => r.Label).Concat(made.Keys).Select(label => (label, RunFolder(folder, label)))]) with
            {
                Picture = ReportPicture.Small,
                Settings =
                [
                    new("PIE file", parsed.GetValue(questions)!), new("model", model.ModelFolder(parsed)), new("judge", judging.Judge.Fingerprint), new("answers", "greedy"),
                    .. named.Select(r => new KeyValuePair<string, string>(
                        r.Label, $"{r.Adapter ?? r.Checkpoint ?? "the model as it is"}{(ownPrefixes.GetValueOrDefault(r.Label, r.Prefix) is { Length: > 0 } p ? $", \"{p}\" before questions" : "")}")),
                ],
            };
            var report = Path.Combine(folder, "report");
            var numbers = PieReport.Write(study, report);
            _ = StageView.Print(summaries);
            PieView.Print(study, numbers);
            Console.WriteLine(Path.Combine(report, "report.html"));
            return numbers.Runs.All(r => r.Answers > 0) ? Host.Success : Host.Failure;
        }), cancellation));
        return command;
    }

    private static string RunFolder(string folder, string label) =>
        Path.Combine(folder, string.Concat(label.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_')));

    private static (string Name, string Value) Pair(string text) => text.IndexOf('=') is > 0 and var at
        ? (text[..at], text[(at + 1)..])
        : throw new PralineException($"'{text}': expected NAME=VALUE.");
}
