using Praline.Media;
using Praline.Preferences;

namespace Praline.Evaluation.Tests;

public sealed class RankingReportPageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-ranking-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Shows_bias_agreement_unscored_and_the_pairs_beside_their_frames()
    {
        VideoWriter.Write(Path.Combine(_folder, "v0.mp4"), Enumerable.Repeat(new RgbImage(64, 48), 8), 8);
        var html = RankingReportPage.Of(Study(_folder)).Render();

        // Two pairs; in both the chosen caption has four words and the rejected one two.
        Assert.Contains("<strong>100 %</strong>", html);
        Assert.Contains("words of chosen captions, mean", html);
        Assert.Matches(@">\s*4\.0\s*</td>", html);

        Assert.Contains("Krippendorff", html);
        Assert.Contains("one &lt;b&gt; two three", html);
        Assert.Contains("3 × It holds no score.", html);
        Assert.Contains("v9: gone", html);

        // v0 has four frames, v1 is not there.
        Assert.Equal(4, html.Split("data:image/png;base64,").Length - 1);
        Assert.Equal(2, html.Split("<article").Length - 1);
    }

    [Fact]
    public void Shows_only_as_many_pairs_as_asked_and_does_without_any()
    {
        Assert.Single(Cards(Study(null) with { Examples = 1 }));
        var none = RankingReportPage.Of(Study(null) with { Pairs = [] }).Render();
        Assert.DoesNotContain("<article", none);
        Assert.DoesNotContain("NaN", none);
        static string[] Cards(RankingStudy study) => RankingReportPage.Of(study).Render().Split("<article")[1..];
    }

    private static RankingStudy Study(string? videos)
    {
        LongGenerationRow[] candidates = [.. Enumerable.Range(0, 2).Select(i => new LongGenerationRow
        {
            Idx = i, VideoName = $"v{i}", Video = $"v{i}.mp4", Question = "What?", Answer = "", LongAnswers = ["one <b> two three", "four five", "six"],
        })];
        ScoresRow Scores(int idx, string judge, double first, double second) => new()
        {
            Idx = idx,
            VideoName = $"v{idx}",
            Judge = judge,
            HalluScores = [first, second, null],
            HarmoScores = [5, 1, 1],
            ConsiScores = [3, 0, 1],
            Unscored = idx == 0 ? [new("hallu_scores", 2, "It holds no score."), new("hallu_scores", 2, "It holds no score."), new("hallu_scores", 2, "It holds no score.")] : [],
        };
        return new RankingStudy
        {
            Candidates = candidates,
            Scores = [.. candidates.Select(c => Scores(c.Idx, "both", 4.5, 1.5) with { Parts = [Scores(c.Idx, "a", 5, 1), Scores(c.Idx, "b", 4, 2)] })],
            Pairs = [.. candidates.Select(c => new PairRow
            {
                Candidates = c, PosPre = c.LongAnswers[0], PosScore = 12.95, NegPre = c.LongAnswers[1], NegScore = 2.65,
                HalluScores = [4.5, 1.5, null], HarmoScores = [5, 1, 1], ConsiScores = [3, 0, 1],
            })],
            Rejected = [new RejectedRow("clips", "v9", "gone")],
            VideoFolder = videos,
        };
    }
}
