using Praline.Evaluation;
using Praline.Models.Checkpoints;
using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli.Demo;

/// <summary>
/// The whole of MACAROON on the small world, as <c>praline demo macaroon</c> runs it: images, self-imagination, five trainings, PIE and general
/// questions on held-out images, the report. Every stage is the one that the commands run; stopped, it goes on where it was.
/// </summary>
internal sealed class MacaroonDemo(MacaroonDemoOptions options, string folder)
{
    private static readonly LoadOptions Load = new() { DType = Torch.DType.Float32 };

    private readonly MacaroonTrainings _trainings = new(options, folder);

    private string Preference => Path.Combine(folder, "preference");

    private string HeldOut => Path.Combine(folder, "heldout");

    private ImaginationFiles Data => new(Path.Combine(folder, "data"));

    private string Truth => Path.Combine(HeldOut, "truth.jsonl");

    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        Ui.Note("1/5 images: shapes whose truth is known, with questions of six types and plain ones");
        WriteWorld(cancellation);

        Ui.Note("2/5 self-imagination: a preferred and a rejected response to every question");
        StageView.Print([await ImagineAsync(cancellation)]);
        Data.WriteDatasets(GuideSet.Default);

        Ui.Note("3/5 training: SFT, multi-turn (and SFT after it), DPO, conditional");
        await EachAsync(MacaroonTrainings.Chains, chain => Task.Run(() => _trainings.Train(chain, Data, Preference, cancellation), cancellation), cancellation);

        Ui.Note("4/5 answers to questions about held-out images, and verdicts");
        var evaluation = new PieEvaluation
        {
            QuestionsPath = Path.Combine(HeldOut, "pie.jsonl"),
            Images = new PieImages(Path.Combine(HeldOut, "images")),
            Judge = SmallWorldEngagement.Open(Truth),
            GeneralPath = Path.Combine(HeldOut, "plain.jsonl"),
            Scorer = new SmallWorldAccuracy(),
            Run = new StageRunOptions { MaxConcurrency = 16 },
        };
        await EachAsync(_trainings.Runs, run => AnswerAsync(evaluation, run, cancellation), cancellation);

        Ui.Note("5/5 report");
        return MacaroonReport.Write(evaluation, [.. _trainings.Runs.Select(r => (r.Label, AnswersFolder(r)))], options, Data, Path.Combine(Preference, "truth.jsonl"), Path.Combine(folder, "report"));
    }

    /// <summary>As many at a time as there are processors, one thread each: the model is too small for two threads to share an operator.</summary>
    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> action, CancellationToken cancellation) => Parallel.ForEachAsync(
        items,
        new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
        async (item, _) => await action(item));

    private void WriteWorld(CancellationToken cancellation)
    {
        var count = options.QuestionsPerImage;
        ImageWorldData.WriteImages(Preference, SmallWorldSplit.Preference, options.PreferenceImages, cancel: cancellation);
        ImageWorldData.WriteQuestions(Path.Combine(Preference, "questions.jsonl"), SmallWorldSplit.Preference, options.PreferenceImages, count);
        ImageWorldData.WriteGeneral(Path.Combine(Preference, "general.json"), SmallWorldSplit.Preference, options.PreferenceImages, count);
        ImageWorldData.WriteImages(HeldOut, SmallWorldSplit.HeldOut, options.HeldOutImages, cancel: cancellation);
        ImageWorldData.WritePie(Path.Combine(HeldOut, "pie.jsonl"), SmallWorldSplit.HeldOut, options.HeldOutImages, count);
        ImageWorldData.WritePlain(Path.Combine(HeldOut, "plain.jsonl"), SmallWorldSplit.HeldOut, options.HeldOutImages, count);
    }

    private async Task<StageSummary> ImagineAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Data.Folder);
        using var model = AnswererHandle.Open(ShippedFiles.BaseAssistant, null, Load);
        return await new ImagineStage(model.Answerer) { Settings = CaptionSettings.Sampled with { MaxNewTokens = options.MaxNewTokens } }.RunAsync(
            Path.Combine(Preference, "images"), Path.Combine(Preference, "questions.jsonl"), Data.Imagined,
            new StageRunOptions { MaxConcurrency = 16, Progress = StageView.Progress("questions") }, cancellation);
    }

    private async Task AnswerAsync(PieEvaluation evaluation, EvaluatedRun run, CancellationToken cancellation)
    {
        using var model = AnswererHandle.Open(run.Checkpoint ?? ShippedFiles.BaseAssistant, run.Adapter, Load);
        var summaries = await evaluation.RunAsync(
            AnswersFolder(run), new PieModel(model.Answerer, run.Prefix, CaptionSettings.Greedy with { MaxNewTokens = options.MaxNewTokens }), cancellation: cancellation);
        Ui.Note($"{run.Label}: {summaries[0].Rows} answers, {summaries[^1].Rows} to plain questions");
    }

    private string AnswersFolder(EvaluatedRun run) => Path.Combine(folder, "answers", run.Label.Replace(' ', '-'));
}
