namespace Praline.Evaluation.Tests;

public class FactMetricsTests
{
    private static readonly CaptionFacts[] Captions =
    [
        new("base", "v1", 0, 3, 1, 1, 20, true),
        new("base", "v2", 0, 1, 3, 3, 10, true),
        new("synpo", "v1", 0, 4, 0, 0, 30, false),
        new("synpo", "v2", 0, 2, 1, 2, 12, true),
        new("synpo", "v1", 1, 3, 0, 1, 24, false),
        new("synpo", "v2", 1, 3, 0, 1, 14, false),
    ];

    [Fact]
    public void Micro_averages_pool_all_captions_of_a_method()
    {
        var summaries = FactMetrics.Summarise(Captions);

        // Hand: base TP 4, FP 4, missed 4; synpo TP 12, FP 1, missed 4, 80 words in 4 captions.
        Assert.Equal(["base", "synpo"], summaries.Select(s => s.Method));
        Assert.Equal(0.5, summaries[0].Precision.Value, 12);
        Assert.Equal(0.5, summaries[0].Recall.Value, 12);
        Assert.Equal(1.0, summaries[0].HallucinationRate.Value, 12);
        Assert.Equal(15, summaries[0].MeanWords.Value, 12);
        Assert.Equal(12.0 / 13, summaries[1].Precision.Value, 12);
        Assert.Equal(0.75, summaries[1].Recall.Value, 12);
        Assert.Equal(24.0 / 29, summaries[1].F1.Value, 12);
        Assert.Equal(0.25, summaries[1].HallucinationRate.Value, 12);
        Assert.Equal(20, summaries[1].MeanWords.Value, 12);
        Assert.Equal((4, 2, 2), (summaries[1].Captions, summaries[1].Videos, summaries[1].Seeds));

        // Seed 0: TP 6, FP 1, missed 2; seed 1: TP 6, FP 0, missed 2.
        Assert.Equal(12.0 / 15, summaries[1].F1BySeed[0], 12);
        Assert.Equal(12.0 / 14, summaries[1].F1BySeed[1], 12);
    }

    [Fact]
    public void Intervals_draw_videos_not_captions()
    {
        // Two videos: a draw is (v1,v1), (v1,v2), (v2,v1) or (v2,v2), so base precision is 3/4, 1/2 or 1/4 and the interval ends there.
        var precision = FactMetrics.Summarise(Captions)[0].Precision;
        Assert.Equal(0.25, precision.Lower, 12);
        Assert.Equal(0.75, precision.Upper, 12);
    }

    [Fact]
    public void Comparison_is_paired_by_video()
    {
        var comparison = Assert.Single(FactMetrics.Compare(Captions, "base"));
        Assert.Equal("synpo", comparison.Method);
        Assert.Equal((24.0 / 29) - 0.5, comparison.F1.Difference.Value, 12);
        Assert.Equal(-0.75, comparison.HallucinationRate.Difference.Value, 12);

        // v1 alone: 14/15 − 6/8; v2 alone: 10/14 − 2/8: better in every draw.
        Assert.True(comparison.F1.Difference.Lower > 0);
        Assert.True(comparison.F1.IsSignificant());
    }

    [Fact]
    public void Methods_on_other_videos_are_not_compared()
    {
        var error = Assert.Throws<PralineException>(
            () => FactMetrics.Compare([.. Captions, new("base", "v3", 0, 1, 0, 0, 5, false)], "base"));
        Assert.Contains("v3", error.Message);
        Assert.Contains("'dpo'", Assert.Throws<PralineException>(() => FactMetrics.Compare(Captions, "dpo")).Message);
    }

    [Fact]
    public void Captions_that_state_nothing_have_no_precision()
    {
        var summary = Assert.Single(FactMetrics.Summarise([new("m", "a", 0, 0, 0, 2, 3, false), new("m", "b", 0, 0, 0, 1, 3, false)]));
        Assert.False(summary.Precision.IsDefined);
        Assert.False(summary.Precision.HasInterval);
        Assert.Equal(0, summary.Recall.Value);
    }
}
