using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Preferences;
using Praline.Torch.Distributed;

namespace Praline.Cli.Commands;

/// <summary><c>praline imagine</c>: MACAROON's contrastive data, imagined by the model itself.</summary>
internal static class ImagineCommand
{
    public static Command Create()
    {
        var images = new Option<string>("--images", "--dir-path") { Description = "Folder of the images.", Required = true };
        var questions = new Option<string?>("--questions")
        {
            Description = "JSONL with image, question, question_type; lines with an image alone get questions written. Default: every image of the folder, with questions written.",
        };
        var output = new Option<string>("--out") { Description = "Folder for questions, imagined pairs and the three data sets.", Required = true };
        var guides = new Option<string?>("--guides") { Description = "Folder with guides (a type of question each) and prompts that replace the built-in ones or add to them." };
        var writer = new Option<string>("--writer") { Description = "Who writes questions: model, or openai (API_URL, API_KEY, API_MODEL).", DefaultValueFactory = _ => "model" };
        var perType = new Option<int>("--questions-per-type") { Description = "Questions written of each type for an image.", DefaultValueFactory = _ => 1 };
        var check = new Option<string>("--check")
        {
            Description = $"Who checks that preferred responses follow their criteria and rejected ones don't: none, {EngagementJudgeHandle.Names}.",
            DefaultValueFactory = _ => "none",
        };
        var truth = new Option<string?>("--truth") { Description = "The small world's truth.jsonl. Default: beside the questions, or in the folder above the images." };
        var temperature = new Option<double>("--temperature") { Description = "Sampling temperature.", DefaultValueFactory = _ => 0.9 };
        var topP = new Option<double>("--top-p") { Description = "Nucleus of sampling.", DefaultValueFactory = _ => 0.95 };
        var topK = new Option<int>("--top-k") { Description = "Likeliest tokens that are drawn from.", DefaultValueFactory = _ => 32 };
        var maxNewTokens = new Option<int>("--max-new-tokens") { Description = "Longest response, in tokens.", DefaultValueFactory = _ => 512 };
        var tries = new Option<int>("--tries") { Description = "How many times unfit responses are asked for before a question is listed as rejected.", DefaultValueFactory = _ => 3 };
        var seed = new Option<ulong>("--seed") { Description = "Decides every random choice.", DefaultValueFactory = _ => 0 };
        var ahead = new Option<int>("--concurrency") { Description = "Questions under way at once: what waits is answered as one batch.", DefaultValueFactory = _ => 16 };
        var restart = new Option<bool>("--restart") { Description = "Begin anew instead of going on." };
        var retry = new Option<bool>("--retry-failed") { Description = "Do again what was rejected or missing." };
        var update = new Option<bool>("--update") { Description = "Go on although the questions changed: those that are the same are kept." };
        var model = new ModelOptions();
        var command = new Command("imagine", "MACAROON's data: have the model imagine a preferred and a rejected response to every question.")
        {
            images, questions, output, guides, writer, perType, check, truth, temperature, topP, topK, maxNewTokens, tries, seed, ahead, restart, retry, update,
        };
        model.AddTo(command);
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) => launch.RunAsync(parsed, () => parsed.GetValue(output)!, () => World.RunAsync(default, async world =>
        {
            var folder = parsed.GetValue(images)!;
            var set = GuideSet.Load(parsed.GetValue(guides));
            var files = new ImaginationFiles(parsed.GetValue(output)!);
            Directory.CreateDirectory(files.Folder);
            var given = parsed.GetValue(questions);
            IReadOnlyList<QuestionRow> rows = given is null ? [.. ImageFiles.Scan(folder).Select(image => new QuestionRow(image, null, null))] : QuestionRow.ReadFile(given, set);
            using var answerer = AnswererHandle.Open(model.ModelFolder(parsed), parsed.GetValue(model.Adapter), AnswererHandle.Load(model, parsed));
            EngagementJudgeHandle Judge(string name) =>
                EngagementJudgeHandle.Open(name, parsed.GetValue(truth), given ?? Path.GetFullPath(folder).TrimEnd('/'), files.Judgements, set);
            using var checker = parsed.GetValue(check) is var who && who != "none" ? Judge(who!) : null;
            using var author = parsed.GetValue(writer) is "model" ? null : checker?.Chat is null ? Judge(parsed.GetValue(writer)!) : null;
            var run = new StageRunOptions
            {
                Restart = parsed.GetValue(restart),
                RetryFailed = parsed.GetValue(retry),
                Update = parsed.GetValue(update),
                MaxConcurrency = Math.Max(1, parsed.GetValue(ahead)),
                World = world,
                Progress = LaunchOptions.Shows(world) ? StageView.Progress("questions") : null,
            };
            var settings = CaptionSettings.Sampled with
            {
                Temperature = parsed.GetValue(temperature),
                TopP = parsed.GetValue(topP),
                TopK = parsed.GetValue(topK),
                MaxNewTokens = parsed.GetValue(maxNewTokens),
            };
            var summaries = new List<StageSummary>();
            if (rows.Any(row => row.Question is null))
            {
                IImageAnswerer asking = parsed.GetValue(writer) is "model" ? answerer.Answerer
                    : new ChatAnswerer((checker?.Chat ?? author?.Chat) ?? throw new PralineException("--writer: expected model or openai."));
                summaries.Add(await new WriteQuestionsStage(asking)
                {
                    Guides = set,
                    Seed = parsed.GetValue(seed),
                    PerType = parsed.GetValue(perType),
                    Tries = parsed.GetValue(tries),
                    Settings = settings with { MaxNewTokens = Math.Min(96, settings.MaxNewTokens) },
                }.RunAsync(folder, rows, files.Questions, run, cancellation));
                given = files.Questions;
                if (summaries[0].Rows == 0)
                {
                    return StageView.Print(world, summaries);
                }
            }

            summaries.Add(await new ImagineStage(answerer.Answerer)
            {
                Guides = set,
                Seed = parsed.GetValue(seed),
                Tries = parsed.GetValue(tries),
                Settings = settings,
                Check = checker?.Check,
            }.RunAsync(folder, given!, files.Imagined, run with { Update = run.Update || summaries.Count > 0 }, cancellation));
            if (!world.IsMain)
            {
                return Host.Success;
            }

            var pairs = files.WriteDatasets(set);
            var code = StageView.Print(summaries);
            Ui.Note($"{pairs} pairs: {files.Preference}, {Path.GetFileName(files.Separate)}, {Path.GetFileName(files.Multiturn)}");
            return code;
        }), cancellation));
        return command;
    }
}
