using System.Text.Json;

namespace Praline.Preferences.Tests;

public class StatisticsTests
{
    // The worked example of K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C and D:
    // nominal 0.743, interval 0.849.
    private static readonly string[] Observers = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."];

    [Fact]
    public void Alpha_is_krippendorffs()
    {
        var rows = Observers.Select(o => o.Split(' ').Select(v => v == "." ? (double?)null : double.Parse(v)).ToList()).ToList();
        var units = Enumerable.Range(0, 12).Select(u => (IReadOnlyList<double?>)[.. rows.Select(r => r[u])]).ToList();
        Assert.Equal(0.743, Agreement.NominalAlpha(units)!.Value, 0.0005);
        Assert.Equal(0.849, Agreement.Alpha(units)!.Value, 0.0005);
        Assert.Null(Agreement.Alpha([[1, null], [null, 2]]));
        Assert.Null(Agreement.Alpha([[1, 1], [1, 1]]));
    }

    // The textbook formulas in Python, ranks by hand (the two fives share 5.5).
    [Fact]
    public void Correlations_are_the_usual()
    {
        double[] x = [1, 2, 3, 4, 5, 5], y = [2, 1, 4, 3, 7, 9];
        Assert.Equal(0.8491918278948404, Correlation.Pearson(x, y)!.Value, 1e-12);
        Assert.Equal(0.8696565534786727, Correlation.Spearman(x, y)!.Value, 1e-12);
        Assert.Null(Correlation.Pearson([1, 1], [1, 2]));
    }

    [Fact]
    public void Histogram_counts_whole_numbers_without_gaps()
    {
        var histogram = ScoreHistogram.Of("total", [5, 2, 2.4, null, 4.5]);
        Assert.Equal([(2, 2), (3, 0), (4, 0), (5, 2)], histogram.Counts);
        Assert.Equal(0.2, histogram.UnscoredRate, 1e-12);
    }

    [Fact]
    public void Report_sees_length_bias_gaps_and_reasons()
    {
        var rows = Enumerable.Range(0, 4).Select(v => new LongGenerationRow
        {
            Idx = v,
            VideoName = $"v{v}",
            Question = "",
            Answer = "",
            LongAnswers = ["one", "one two", "one two three"],
        }).ToList();
        var scores = rows.Select(r => new ScoresRow
        {
            Idx = r.Idx,
            VideoName = r.VideoName,
            Judge = "a + b",
            HalluScores = [0, 2, 5],
            HarmoScores = [1, 1, 1],
            ConsiScores = [0, 1, r.Idx == 3 ? null : 2],
            Unscored = r.Idx == 3 ? [new UnscoredEntry("consi_scores", 2, "missing")] : [],
            Parts = [Part(r, [0, 2, 5]), Part(r, [0, 2, 5])],
        }).ToList();
        var pairs = rows.Take(3).Select(r => new PairRow
        {
            Candidates = r,
            PosPre = r.LongAnswers[2],
            NegPre = r.LongAnswers[0],
            PosScore = 8.5,
            NegScore = r.Idx == 0 ? 6 : 1,
            HalluScores = [0, 2, 5],
            HarmoScores = [1, 1, 1],
            ConsiScores = [0, 1, 2],
        }).ToList();

        var report = RankingReport.Of(rows, scores, pairs);
        Assert.Equal((4, 12, 3, 1, 2), (report.Videos, report.Candidates, report.Pairs, report.VideosWithoutPair, report.PairsWithGap4));
        Assert.True(report.LengthBias.Pearson > 0.9);
        Assert.Equal((1, 3, 1), (report.LengthBias.LongerWins, report.LengthBias.ChosenWords, report.LengthBias.RejectedWords));
        Assert.Equal([("missing", 1)], report.UnscoredReasons);
        Assert.All(report.JudgeAgreement.Take(1), a => Assert.Equal(1, a.Alpha));
        Assert.Equal(1, report.Histograms.Single(h => h.Name == "consi_scores").Unscored);

        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(2, json.RootElement.GetProperty("pairs_with_gap_4").GetInt32());
        Assert.Equal(3, json.RootElement.GetProperty("gaps").GetArrayLength());
    }

    private static ScoresRow Part(LongGenerationRow row, double?[] scores) => new()
    {
        Idx = row.Idx,
        VideoName = row.VideoName,
        Judge = "x",
        HalluScores = scores,
        HarmoScores = scores,
        ConsiScores = scores,
    };
}
