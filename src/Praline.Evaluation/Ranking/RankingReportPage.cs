using System.Globalization;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// The page on a build's ranking: how many pairs, whether long captions win, how scores are spread, how far judges agree, what is unscored or was left out, and the pairs
/// themselves beside their frames.
/// </summary>
public static class RankingReportPage
{
    // A page stays light with so many points; which ones are drawn is spread over all.
    private const int PointsShown = 2000;

    /// <summary>The page; deterministic, and a video that is gone only lacks its frames.</summary>
    public static HtmlReport Of(RankingStudy study)
    {
        var numbers = study.Numbers;
        var pairs = Spread(study.Pairs, PointsShown).Select(p => new PairScore(p.PosScore, p.NegScore, Words(p.PosPre), Words(p.NegPre))).ToList();
        var sections = new List<ReportSection>
        {
            new("Overview", Tiles(numbers), new ParagraphBlock(Reading(numbers))),
            new("Scores", [new FigureBlock(Histograms(study, numbers)), new TableBlock(ScoreTable(numbers)), .. Unscored(numbers)]),
        };
        if (pairs.Count > 0)
        {
            sections.Add(new("Length bias", new TableBlock(LengthTable(numbers)), new FigureBlock(PairSummary.Figure(pairs))));
        }

        if (numbers.JudgeAgreement.Count > 0)
        {
            sections.Add(new("Judge agreement", new TableBlock(AgreementTable(study, numbers))));
        }

        if (study.Pairs.Count > 0)
        {
            var shown = Spread(study.Pairs, study.Examples).ToList();
            sections.Add(new(
                "Pairs",
                new ParagraphBlock(shown.Count < study.Pairs.Count ? $"{shown.Count} of {study.Pairs.Count} pairs, spread over all (--report-pairs)." : $"All {shown.Count} pairs."),
                new ExamplesBlock([.. shown.AsParallel().AsOrdered().Select(p => PairCard.Of(p, study))])));
        }

        if (study.Rejected.Count > 0)
        {
            sections.Add(new("Left out", [.. study.Rejected.GroupBy(r => r.Stage)
                .Select(g => new ListBlock(g.Key, [.. g.Select(r => $"{r.Item}: {r.Reason}")]))]));
        }

        sections.Add(new("Settings", new SettingsBlock(
        [
            new("judge", string.Join(", ", study.Scores.Select(s => s.Judge).Distinct())),
            new("total", string.Create(CultureInfo.InvariantCulture,
                $"{study.Options.Weights.Hallucination} · hallucination + {study.Options.Weights.Harmony} · harmony + {study.Options.Weights.Consistency} · consistency")),
            new("pairs", study.Options.Policy.ToString()), new("smallest gap", Number(study.Options.MinGap, "0.##")),
            new("near-duplicate limit", Number(study.Options.NearDuplicate, "0.##")),
        ])));
        return new HtmlReport("Preference pairs", sections)
        {
            Introduction = "What the judges said of the candidates, and the pairs that were made of it.",
        };
    }

    private static TilesBlock Tiles(RankingReport numbers)
    {
        var unscored = Ratio(numbers.Histograms.Take(3).Sum(h => h.Unscored), 3 * numbers.Candidates);
        return new TilesBlock(
            new("pairs", $"{numbers.Pairs}", $"{numbers.PairsWithGap4} with a gap of 4 or more"),
            new("videos", $"{numbers.Videos}", $"{numbers.VideosWithoutPair} without a pair"),
            new("candidates", $"{numbers.Candidates}"),
            new("unscored", Percent(unscored), "of all judgements"),
            new("the longer wins", Percent(numbers.LengthBias.LongerWins), "of the pairs; 50 % is no length bias"),
            new("length and total", Number(numbers.LengthBias.Spearman), "rank correlation within videos"));
    }

    private static string Reading(RankingReport numbers) => numbers.LengthBias.LongerWins is { } wins && Math.Abs(wins - 0.5) > 0.15 && numbers.Pairs >= 20
        ? $"The {(wins > 0.5 ? "longer" : "shorter")} caption wins in {Percent(wins)} of the pairs: training on them will change the length of captions. " +
          "Look at some pairs below before trusting the scores."
        : "";

    private static PlotFigure Histograms(RankingStudy study, RankingReport numbers) => new()
    {
        Title = "How scores and gaps are spread",
        Columns = 5,
        Panels =
        [
            .. numbers.Histograms.Take(3).Select(h => Panel(Title(h.Name), "score", [.. h.Counts.SelectMany(c => Enumerable.Repeat((double)c.Score, c.Count))], 1)),
            Panel("Total", "total", [.. study.Scores.SelectMany(s => RankStage.Totals(s, study.Options.Weights)).OfType<double>()], null),
            Panel("Gap of a pair", "chosen minus rejected", numbers.Gaps, null),
        ],
    };

    private static HistogramPanel Panel(string title, string unit, IReadOnlyList<double> values, double? width) => new()
    {
        Title = title,
        XLabel = unit,
        YLabel = "",
        BinWidth = width,
        Series = [new("", values, SeriesStyle.Neutral)],
    };

    private static ReportTable ScoreTable(RankingReport numbers) => new()
    {
        Columns = [new("score"), new("scored"), new("unscored"), new("unscored rate"), new("mean")],
        Rows = [.. numbers.Histograms.Select(h =>
        {
            var scored = h.Counts.Sum(c => c.Count);
            return (IReadOnlyList<ReportCell>)
                [Title(h.Name), $"{scored}", $"{h.Unscored}", Percent(h.UnscoredRate), Number(Ratio(h.Counts.Sum(c => (double)c.Score * c.Count), scored))];
        })],
        Note = "A candidate without all scores that have weight has no total, and is in no pair.",
    };

    private static IEnumerable<ReportBlock> Unscored(RankingReport numbers) => numbers.UnscoredReasons.Count == 0
        ? []
        : [new ListBlock("Why scores are missing", [.. numbers.UnscoredReasons.Select(r => $"{r.Count} × {r.Reason}")])];

    private static ReportTable LengthTable(RankingReport numbers) => new()
    {
        Columns = [new("measure"), new("value")],
        Rows =
        [
            ["correlation of length and total within videos (Pearson)", Number(numbers.LengthBias.Pearson)],
            ["the same of ranks (Spearman)", Number(numbers.LengthBias.Spearman)],
            ["share of pairs whose chosen caption is the longer", Percent(numbers.LengthBias.LongerWins)],
            ["words of chosen captions, mean", Number(numbers.LengthBias.ChosenWords, "0.0")],
            ["words of rejected captions, mean", Number(numbers.LengthBias.RejectedWords, "0.0")],
        ],
        Note = "Equal lengths count half.",
    };

    private static ReportTable AgreementTable(RankingStudy study, RankingReport numbers) => new()
    {
        Columns = [new("score"), new("Krippendorff's α", "1: perfect agreement, 0: what chance gives")],
        Rows = [.. numbers.JudgeAgreement.Select(a => (IReadOnlyList<ReportCell>)[Title(a.Scores), Number(a.Alpha)])],
        Note = "Judges: " + string.Join(", ", study.Scores.SelectMany(s => s.Parts).Select(p => p.Judge).Distinct()) +
            ". Interval data. Krippendorff calls 0.8 reliable, and 0.667 the least for tentative conclusions.",
    };

    private static IEnumerable<T> Spread<T>(IReadOnlyList<T> items, int most) =>
        items.Count <= most ? items : Enumerable.Range(0, most).Select(i => items[(int)((long)i * items.Count / most)]);

    private static string Title(string name) => name switch
    {
        "hallu_scores" => "Hallucination",
        "harmo_scores" => "Harmony",
        "consi_scores" => "Consistency",
        _ => "Total",
    };

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static double? Ratio(double part, double whole) => whole == 0 ? null : part / whole;

    private static string Number(double? value, string format = "0.00") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";

    private static string Percent(double? share) => share is { } s ? (100 * s).ToString("0.#", CultureInfo.InvariantCulture) + " %" : "–";
}
