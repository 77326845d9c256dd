using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// Evaluates runs on a PIE file and, if there is one, a general set: answers, verdicts, report. Each run has its files in a folder of its own, so that
/// runs can be added later; every stage goes on where it was stopped.
/// </summary>
public sealed class PieEvaluation
{
    /// <summary>The PIE file.</summary>
    public required string QuestionsPath { get; init; }

    /// <summary>Its images.</summary>
    public required PieImages Images { get; init; }

    /// <summary>The judge.</summary>
    public required IPieJudge Judge { get; init; }

    /// <summary>What the judge is asked.</summary>
    public PiePrompts Prompts { get; init; } = PiePrompts.Default;

    /// <summary>A general set; null for none.</summary>
    public string? GeneralPath { get; init; }

    /// <summary>The general set's images; null for those of the PIE file.</summary>
    public PieImages? GeneralImages { get; init; }

    /// <summary>How answers to the general set are measured.</summary>
    public IGeneralScorer Scorer { get; init; } = new AnswerMatch();

    /// <summary>How stages are run.</summary>
    public StageRunOptions Run { get; init; } = new();

    /// <summary>How many answers are judged at once.</summary>
    public int JudgeConcurrency { get; init; } = 1;

    /// <summary>Has a run answer, and its answers judged.</summary>
    /// <param name="folder">The run's folder for <c>answers.jsonl</c>, <c>judged.jsonl</c> and <c>general.jsonl</c>.</param>
    /// <param name="model">The model; null takes the answers that lie in <paramref name="answersPath"/>.</param>
    /// <param name="answersPath">Answers that were made elsewhere; null for those of the folder.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<StageSummary>> RunAsync(
        string folder, IPieAnswerer? model, string? answersPath = null, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        var summaries = new List<StageSummary>();
        var answers = answersPath ?? AnswersPath(folder);
        if (model is not null)
        {
            summaries.Add(await new PieAnswerStage(model).RunAsync(QuestionsPath, Images, answers, Run, cancellation).ConfigureAwait(false));
        }

        summaries.Add(await new PieJudgeStage(Judge) { Prompts = Prompts, Images = Images }.RunAsync(
            QuestionsPath, answers, JudgedPath(folder), Run with { MaxConcurrency = JudgeConcurrency }, cancellation).ConfigureAwait(false));
        if (model is not null && GeneralPath is not null)
        {
            summaries.Add(await new GeneralStage(model).RunAsync(
                GeneralPath, GeneralImages ?? Images, GeneralAnswersPath(folder), Run, cancellation).ConfigureAwait(false));
        }

        return summaries;
    }

    /// <summary>Reads runs that <see cref="RunAsync"/> finished, the baseline first.</summary>
    /// <param name="runs">Labels and folders.</param>
    public PieStudy Study(IReadOnlyList<(string Label, string Folder)> runs)
    {
        var general = GeneralPath is null ? [] : runs.Where(r => File.Exists(GeneralAnswersPath(r.Folder)))
            .Select(r => GeneralRun.ReadFile(r.Label, GeneralAnswersPath(r.Folder))).ToArray();
        return new()
        {
            Questions = PieQuestion.ReadFile(QuestionsPath),
            Images = Images,
            Runs = [.. runs.Select(r => PieRun.ReadFile(r.Label, JudgedPath(r.Folder)))],
            General = general.Length == 0 ? null : new GeneralStudy(Path.GetFileName(GeneralPath!), GeneralQuestion.ReadFile(GeneralPath!), Scorer, general),
        };
    }

    private static string AnswersPath(string folder) => Path.Combine(folder, "answers.jsonl");

    private static string JudgedPath(string folder) => Path.Combine(folder, "judged.jsonl");

    private static string GeneralAnswersPath(string folder) => Path.Combine(folder, "general.jsonl");
}
