using Praline.Json;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// Has a judge flag answers to a PIE file. The judge is asked up to three times; an answer whose verdict still can't be read is kept apart as
/// unscored. Can be stopped at any moment and run again.
/// </summary>
/// <param name="judge">The judge.</param>
public sealed class PieJudgeStage(IPieJudge judge)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "pie-judge";

    /// <summary>What the judge is asked.</summary>
    public PiePrompts Prompts { get; init; } = PiePrompts.Default;

    /// <summary>Where images lie that answers made elsewhere name by another path; null when there are none.</summary>
    public PieImages? Images { get; init; }

    /// <summary>How many times the judge is asked at most, at least 1.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Judges all answers.</summary>
    /// <param name="questionsPath">The PIE file.</param>
    /// <param name="answersPath">The answers to it; those without a question's place are matched by image and question.</param>
    /// <param name="outputPath">Where the judgements go; lines as <see cref="PieJudgement"/>.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    /// <exception cref="PralineException">Answers and PIE file don't belong together, or the output belongs to other settings.</exception>
    public Task<StageSummary> RunAsync(
        string questionsPath, string answersPath, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        if (Tries < 1)
        {
            throw new PralineException($"judge tries: expected at least 1, found {Tries}.");
        }

        var questions = PieQuestion.ReadFile(questionsPath);
        var answers = PieAnswer.ReadFile(answersPath, questions).Values.ToArray();
        var settings = new StageFingerprint().Add("judge", judge.Fingerprint).Add("tries", Tries);
        Prompts.AddTo(settings);
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. answers.Select(a => StageItem.Of(
                PieStages.ItemId(questions[a.Idx!.Value], a.Idx.Value), JsonText.Line(questions[a.Idx.Value]), JsonText.Line(a)))],
            Settings = settings,
            Inputs = new StageFingerprint().AddFile("the PIE file", questionsPath).AddFile("the answers", answersPath),
        };
        return StageRunner.RunAsync(plan, (i, token) => Judge(questions[answers[i].Idx!.Value], answers[i], token), run, cancellation);
    }

    private async Task<StageResult> Judge(PieQuestion question, PieAnswer answer, CancellationToken cancellation)
    {
        if ((File.Exists(answer.ImagePath) ? answer.ImagePath : Images?.Find(question.ImageId)) is not { } image)
        {
            return StageResult.Reject($"There is no image {answer.ImagePath}.");
        }

        var turns = new List<string> { Prompts.Case(question, answer.Answer) };
        var reply = new PieReply("");
        PieVerdict verdict = new PieVerdict.Unscored("The judge was not asked.");
        var tries = 0;
        while (tries < Tries && verdict is PieVerdict.Unscored)
        {
            tries++;
            reply = await judge.AskAsync(new(question, answer.Answer, image, turns), cancellation).ConfigureAwait(false);
            verdict = reply.Failure is { } failure
                ? new PieVerdict.Unscored($"The judge gave no answer: {failure}")
                : PieVerdictParser.Parse(reply.Text, question.Type.AllowsAmbiguous, reply.CutOff);
            if (reply.Failure is null && verdict is PieVerdict.Unscored unread)
            {
                turns = [turns[0], reply.Text, Prompts.Again(unread)];
            }
        }

        return StageResult.Of(new PieJudgement(answer, reply.Text, verdict, tries)) with
        {
            Missing = reply.Failure is { } why ? $"the verdict: {why}" : null,
        };
    }
}
