using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>What there is to know of a ranking before one trusts it; for reports and <c>ranking.json</c>.</summary>
public sealed record RankingReport
{
    /// <summary>How many videos were judged.</summary>
    public required int Videos { get; init; }

    /// <summary>How many candidates they have.</summary>
    public required int Candidates { get; init; }

    /// <summary>How many pairs were made.</summary>
    public required int Pairs { get; init; }

    /// <summary>How many videos gave no pair.</summary>
    public required int VideosWithoutPair { get; init; }

    /// <summary>How many pairs have at least the paper's gap of 4, which training asks for.</summary>
    public required int PairsWithGap4 { get; init; }

    /// <summary>Histograms of the three scores and of the total.</summary>
    public required IReadOnlyList<ScoreHistogram> Histograms { get; init; }

    /// <summary>Each pair's gap, in the pairs' order.</summary>
    public required IReadOnlyList<double> Gaps { get; init; }

    /// <summary>Whether long captions win.</summary>
    public required LengthBias LengthBias { get; init; }

    /// <summary>Krippendorff's α of the single judges for each score; empty with one judge.</summary>
    public required IReadOnlyList<(string Scores, double? Alpha)> JudgeAgreement { get; init; }

    /// <summary>Why scores are missing, the most frequent first.</summary>
    public required IReadOnlyList<(string Reason, int Count)> UnscoredReasons { get; init; }

    /// <summary>Measures a ranking.</summary>
    public static RankingReport Of(
        IReadOnlyList<LongGenerationRow> candidates, IReadOnlyList<ScoresRow> scores, IReadOnlyList<PairRow> pairs, ScoreWeights? weights = null)
    {
        var captions = candidates.ToDictionary(c => c.Idx);
        var totals = scores.Select(s => RankStage.Totals(s, weights ?? new ScoreWeights())).ToList();
        var ranked = pairs.Select(p => p.Candidates.Idx).ToHashSet();
        return new RankingReport
        {
            Videos = scores.Count,
            Candidates = scores.Sum(s => s.HalluScores.Count),
            Pairs = pairs.Count,
            VideosWithoutPair = scores.Count(s => !ranked.Contains(s.Idx)),
            PairsWithGap4 = pairs.Count(p => p.Gap >= 4),
            Histograms =
            [
                ScoreHistogram.Of("hallu_scores", [.. scores.SelectMany(s => s.HalluScores)]),
                ScoreHistogram.Of("harmo_scores", [.. scores.SelectMany(s => s.HarmoScores)]),
                ScoreHistogram.Of("consi_scores", [.. scores.SelectMany(s => s.ConsiScores)]),
                ScoreHistogram.Of("total", [.. totals.SelectMany(t => t)]),
            ],
            Gaps = [.. pairs.Select(p => p.Gap)],
            LengthBias = LengthBias.Of(
                scores.Zip(totals).Where(s => captions.ContainsKey(s.First.Idx)).Select(s => (captions[s.First.Idx].LongAnswers, s.Second)), pairs),
            JudgeAgreement = scores.Any(s => s.Parts.Count > 1)
                ?
                [
                    ("hallu_scores", Agreement.Alpha(Units(scores, s => s.HalluScores))),
                    ("harmo_scores", Agreement.Alpha(Units(scores, s => s.HarmoScores))),
                    ("consi_scores", Agreement.Alpha(Units(scores, s => s.ConsiScores))),
                ]
                : [],
            UnscoredReasons =
            [
                .. scores.SelectMany(s => s.Unscored).CountBy(u => u.Reason).OrderByDescending(r => r.Value)
                    .ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.Value)),
            ],
        };
    }

    /// <summary>The report as one JSON object.</summary>
    public string ToJson() => JsonText.Line(writer =>
    {
        writer.WriteNumber("videos", Videos);
        writer.WriteNumber("candidates", Candidates);
        writer.WriteNumber("pairs", Pairs);
        writer.WriteNumber("videos_without_pair", VideosWithoutPair);
        writer.WriteNumber("pairs_with_gap_4", PairsWithGap4);
        WriteList(writer, "histograms", Histograms, h =>
        {
            writer.WriteString("scores", h.Name);
            writer.WriteIntegers("values", [.. h.Counts.Select(c => c.Score)]);
            writer.WriteIntegers("counts", [.. h.Counts.Select(c => c.Count)]);
            writer.WriteNumber("unscored", h.Unscored);
        });
        writer.WriteScores("gaps", [.. Gaps.Select(g => (double?)g)]);
        writer.WriteStartObject("length_bias");
        WriteNumber(writer, "pearson", LengthBias.Pearson);
        WriteNumber(writer, "spearman", LengthBias.Spearman);
        WriteNumber(writer, "longer_wins", LengthBias.LongerWins);
        writer.WriteNumber("chosen_words", LengthBias.ChosenWords);
        writer.WriteNumber("rejected_words", LengthBias.RejectedWords);
        writer.WriteEndObject();
        WriteList(writer, "judge_agreement", JudgeAgreement, a =>
        {
            writer.WriteString("scores", a.Scores);
            WriteNumber(writer, "alpha", a.Alpha);
        });
        WriteList(writer, "unscored_reasons", UnscoredReasons, r =>
        {
            writer.WriteString("reason", r.Reason);
            writer.WriteNumber("count", r.Count);
        });
    });

    // One unit is one candidate; what each judge said of it.
    private static IEnumerable<IReadOnlyList<double?>> Units(IEnumerable<ScoresRow> rows, Func<ScoresRow, IReadOnlyList<double?>> aspect) =>
        rows.Where(r => r.Parts.Count > 1)
            .SelectMany(r => Enumerable.Range(0, aspect(r).Count).Select(i => (IReadOnlyList<double?>)[.. r.Parts.Select(p => aspect(p)[i])]));

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
