namespace Praline.Evaluation.Tests;

public class StatisticsTests
{
    // Newcombe 1998, table I, method 3 ("score, no continuity correction"); more digits from SciPy 1.10 binomtest(...).proportion_ci("wilson").
    [Theory]
    [InlineData(81, 263, 0.2552885198782742, 0.36620957698280004)]
    [InlineData(15, 148, 0.06238639953073629, 0.16048724172330803)]
    [InlineData(0, 20, 0, 0.16112515805281935)]
    [InlineData(1, 29, 0.006113214292762667, 0.17175521879320282)]
    [InlineData(29, 29, 0.8830302015002592, 1)]
    public void Wilson_equals_published_intervals(int successes, int trials, double lower, double upper)
    {
        var e = Wilson.Interval(successes, trials);
        Assert.Equal((double)successes / trials, e.Value, 15);
        Assert.Equal(lower, e.Lower, 12);
        Assert.Equal(upper, e.Upper, 12);
    }

    [Fact]
    public void Wilson_of_no_trial_is_undefined() => Assert.False(Wilson.Interval(0, 0).IsDefined);

    // SciPy 1.10: binomtest(b, b + c, 0.5).pvalue.
    [Theory]
    [InlineData(10, 2, 0.03857421875)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 4, 0.125)]
    [InlineData(37, 13, 0.000936222910851825)]
    [InlineData(121, 59, 4.4344492637551645e-06)]
    [InlineData(0, 0, 1)]
    public void McNemar_equals_the_binomial_test(int b, int c, double expected)
    {
        Assert.Equal(expected, McNemar.Exact(b, c), 1e-13);
        Assert.Equal(expected, McNemar.Exact(c, b), 1e-13);
    }

    [Fact]
    public void McNemar_survives_thousands_of_disagreements() => Assert.InRange(McNemar.Exact(5000, 5000), 0.999, 1);

    // Worked by hand: sorted 0.01·4, 0.02·3, 0.03·2 (raised to 0.06 before it), 0.5·1.
    [Fact]
    public void Holm_steps_down()
    {
        var adjusted = Holm.Adjust([0.03, 0.01, double.NaN, 0.5, 0.02]);
        Assert.Equal([0.06, 0.04, double.NaN, 0.5, 0.06], adjusted.Select(p => Math.Round(p, 12)));
    }

    // SciPy 1.10 norm.ppf and norm.cdf.
    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.95, 1.6448536269514722)]
    [InlineData(1e-10, -6.361340902404056)]
    [InlineData(0.3, -0.5244005127080409)]
    public void Normal_quantile(double p, double x) => Assert.Equal(x, NormalDistribution.Quantile(p), 1e-12);

    [Theory]
    [InlineData(-8, 6.22096057427174e-16)]
    [InlineData(-1.3, 0.09680048458561036)]
    [InlineData(0.5, 0.6914624612740131)]
    [InlineData(3.7, 0.9998922002665226)]
    public void Normal_cumulative(double x, double p) => Assert.Equal(1, NormalDistribution.Cumulative(x) / p, 1e-12);

    [Fact]
    public void Estimates_print_value_and_interval()
    {
        Assert.Equal("0.812 [0.790, 0.833]", new Estimate(0.812, 0.79, 0.8333).ToString());
        Assert.Equal("0.5", new Estimate(0.5, double.NaN, double.NaN).ToString("0.0"));
        Assert.Equal("–", Estimate.Undefined.ToString());
    }
}
