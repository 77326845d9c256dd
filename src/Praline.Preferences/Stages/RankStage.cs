using Praline.Json;
namespace Praline.Preferences;

/// <summary>
/// The second half of step 4 (<c>generate_caption4.py</c>): makes preference pairs of candidates and scores and writes <c>pairs.jsonl</c>. A video
/// that gives no pair is listed with the reason.
/// </summary>
public sealed class RankStage
{
    /// <summary>The stage's name.</summary>
    public const string Name = "rank";

    /// <summary>How scores become pairs.</summary>
    public RankOptions Options { get; init; } = new();

    /// <summary>Ranks all videos of <c>scores.jsonl</c>.</summary>
    /// <param name="longPath">The candidates.</param>
    /// <param name="scoresPath">Their scores.</param>
    /// <param name="outputPath">Where <c>pairs.jsonl</c> goes.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    public Task<StageSummary> RunAsync(
        string longPath, string scoresPath, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        Options.Validate();
        var candidates = JsonLines.Read<LongGenerationRow>(longPath).ToDictionary(r => r.Idx);
        var scores = JsonLines.Read<ScoresRow>(scoresPath);
        var settings = new StageFingerprint();
        Options.AddTo(settings);
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. scores.Select(s =>
                StageItem.Of(s.VideoName, JsonText.Line(s), candidates.TryGetValue(s.Idx, out var c) ? JsonText.Line(c) : ""))],
            Settings = settings,
            Inputs = new StageFingerprint().AddFile("the candidates", longPath).AddFile("the scores", scoresPath),
        };
        return StageRunner.RunAsync(plan, (i, _) => Task.FromResult(Rank(candidates, scores[i])), run, cancellation);
    }

    private StageResult Rank(IReadOnlyDictionary<int, LongGenerationRow> candidates, ScoresRow scores)
    {
        if (!candidates.TryGetValue(scores.Idx, out var video) || video.LongAnswers.Count != scores.HalluScores.Count)
        {
            return StageResult.Reject("The scores don't belong to these candidates.");
        }

        var totals = Totals(scores, Options.Weights);
        var selection = PairSelector.Select(video.LongAnswers, totals, video.Truncated, Options);
        if (selection.Reason is { } reason)
        {
            var why = scores.Unscored.Count > 0 ? $" First missing score: {scores.Unscored[0].Reason}" : "";
            return StageResult.Reject($"No pair: {reason}{why}");
        }

        return StageResult.Of(selection.Pairs.Select(p => new PairRow
        {
            Candidates = video,
            PosPre = video.LongAnswers[p.Chosen],
            PosScore = totals[p.Chosen]!.Value,
            NegPre = video.LongAnswers[p.Rejected],
            NegScore = totals[p.Rejected]!.Value,
            HalluScores = scores.HalluScores,
            HarmoScores = scores.HarmoScores,
            ConsiScores = scores.ConsiScores,
        }));
    }

    /// <summary>Each candidate's total; null where a score is missing.</summary>
    public static IReadOnlyList<double?> Totals(ScoresRow scores, ScoreWeights weights) =>
        [.. scores.HalluScores.Select((hallucination, i) => weights.Total(hallucination, scores.HarmoScores[i], scores.ConsiScores[i]))];
}
