namespace Praline.Evaluation.Tests;

public class BootstrapTests
{
    // The spatial test scores ("A") of 26 children: Efron and Tibshirani 1993, table 14.1; the variance is a function of Σ1, Σx and Σx².
    private static readonly double[] Spatial =
        [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

    private static double Variance(ReadOnlySpan<double> t) => (t[2] / t[0]) - (t[1] / t[0] * (t[1] / t[0]));

    private static ClusterTotals SpatialTotals()
    {
        var data = new ClusterTotals(3);
        for (var i = 0; i < Spatial.Length; i++)
        {
            data.Add($"child {i}", 1, Spatial[i], Spatial[i] * Spatial[i]);
        }

        return data;
    }

    [Fact]
    public void Percentile_interval_of_the_spatial_test_variance()
    {
        // Published (table 14.2, 2,000 draws): (100.8, 233.9). SciPy 1.10 with 400,000 draws: (97.7, 235.7). The tolerance covers
        // the error of a bound at 200,000 draws (about 0.3) and the published one's.
        var e = Bootstrap.Interval(SpatialTotals(), Variance, new() { Resamples = 200_000, Confidence = 0.9 });
        Assert.Equal(171.53402366863904, e.Value, 10);
        Assert.Equal(97.716, e.Lower, 0.8);
        Assert.Equal(235.710, e.Upper, 0.8);
    }

    [Fact]
    public void Bca_interval_of_the_spatial_test_variance()
    {
        // Published (table 14.2): (115.8, 259.6). SciPy 1.10 with 400,000 draws: (115.50, 261.12).
        var e = Bootstrap.Interval(
            SpatialTotals(), Variance, new() { Resamples = 200_000, Confidence = 0.9, Method = BootstrapMethod.Bca });
        Assert.Equal(115.504, e.Lower, 0.8);
        Assert.Equal(261.120, e.Upper, 1.0);
    }

    [Fact]
    public void Interval_of_three_values_is_that_of_all_27_draws()
    {
        // All 27 draws of {0, 1, 5}: means 0 and 5 have probability 1/27 each, so the 90 % interval's ends lie at the 5 % quantiles:
        // below 0 is 1/27 = 3.7 %, next comes 1/3 (3 draws, to 14.8 %); from above 5 (3.7 %), then 11/3.
        var data = new ClusterTotals(2);
        foreach (var value in new double[] { 0, 1, 5 })
        {
            data.Add($"{value}", value, 1);
        }

        var e = Bootstrap.Interval(data, t => t[0] / t[1], new() { Confidence = 0.9 });
        Assert.Equal(2, e.Value, 12);
        Assert.Equal(1.0 / 3, e.Lower, 12);
        Assert.Equal(11.0 / 3, e.Upper, 12);
    }

    [Fact]
    public void Same_seed_same_interval_whatever_the_order_of_rows()
    {
        var backwards = new ClusterTotals(3);
        for (var i = Spatial.Length - 1; i >= 0; i--)
        {
            backwards.Add($"child {i}", 1, Spatial[i], Spatial[i] * Spatial[i]);
        }

        var e = Bootstrap.Interval(SpatialTotals(), Variance);
        Assert.Equal(e, Bootstrap.Interval(backwards, Variance));
        Assert.NotEqual(e, Bootstrap.Interval(backwards, Variance, new() { Seed = 1 }));
    }

    [Fact]
    public void One_cluster_gives_no_interval()
    {
        var data = new ClusterTotals(2);
        data.Add("v", 1, 2);
        data.Add("v", 0, 2);
        var e = Bootstrap.Interval(data, t => t[0] / t[1]);
        Assert.Equal(0.25, e.Value);
        Assert.False(e.HasInterval);
    }

    [Fact]
    public void Clusters_widen_the_interval_of_dependent_rows()
    {
        // 10 videos with 20 equal captions each: as informative as 10 captions, not as 200.
        var clustered = new ClusterTotals(2);
        var independent = new ClusterTotals(2);
        for (var i = 0; i < 200; i++)
        {
            clustered.Add($"v{i / 20}", i / 20 % 2, 1);
            independent.Add($"c{i}", i / 20 % 2, 1);
        }

        var wide = Bootstrap.Interval(clustered, t => t[0] / t[1]);
        var narrow = Bootstrap.Interval(independent, t => t[0] / t[1]);

        // Standard errors 0.5/√10 and 0.5/√200.
        Assert.Equal(Math.Sqrt(20), (wide.Upper - wide.Lower) / (narrow.Upper - narrow.Lower), 0.5);
    }

    [Fact]
    public void Paired_difference_cancels_what_both_share()
    {
        var hard = new ClusterTotals(2);
        var better = new ClusterTotals(2);
        for (var i = 0; i < 40; i++)
        {
            hard.Add($"v{i}", i, 40);
            better.Add($"v{i}", i + 1, 40);
        }

        var d = PairedBootstrap.Difference(better, hard, t => t[0] / t[1]);
        Assert.Equal(new Estimate(0.025, 0.025, 0.025).ToString(), d.Difference.ToString());
        Assert.Equal(2.0 / 10_001, d.PValue, 12);

        // Hand: the same data cannot differ, so that every draw is 0 and both tails hold all draws.
        Assert.Equal(1, PairedBootstrap.Difference(hard, hard, t => t[0] / t[1]).PValue);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var data = SpatialTotals();
        Assert.Contains("100", Assert.Throws<PralineException>(() => Bootstrap.Interval(data, Variance, new() { Resamples = 3 })).Message);
        Assert.Throws<PralineException>(() => Bootstrap.Interval(data, Variance, new() { Confidence = 1 }));
        Assert.Throws<ArgumentException>(() => data.Add("x", 1, double.NaN, 1));
    }
}
