using System.Globalization;
using System.Xml.Linq;

namespace Praline.Evaluation.Tests;

public class SvgPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Names() => [.. All.Keys];

    private static Dictionary<string, Func<PlotFigure>> All { get; } = new()
    {
        ["rewards"] = SamplePlots.Rewards,
        ["intervals"] = SamplePlots.Intervals,
        ["groups"] = SamplePlots.Groups,
        ["distributions"] = SamplePlots.Distributions,
        ["norms"] = SamplePlots.Norms,
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Figures_are_well_formed_self_contained_and_the_same_every_time(string name)
    {
        var svg = SvgPlot.Render(All[name]());
        if (Environment.GetEnvironmentVariable("PRALINE_PLOTS") is { Length: > 0 } folder)
        {
            SvgPlot.Write(All[name](), Path.Combine(folder, name + ".svg"));
        }

        Assert.Equal(svg, SvgPlot.Render(All[name]()));
        var root = XDocument.Parse(svg).Root!;
        Assert.Equal(Svg + "svg", root.Name);
        Assert.Equal("img", root.Attribute("role")!.Value);
        Assert.DoesNotContain("NaN", svg);
        Assert.DoesNotContain("∞", svg);
        Assert.DoesNotContain("href", svg);
        Assert.DoesNotContain("url(", svg);
        Assert.Contains("prefers-color-scheme:dark", svg);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Everything_lies_inside_the_figure(string name)
    {
        var root = XDocument.Parse(SvgPlot.Render(All[name]())).Root!;
        var (width, height) = (Number(root, "width"), Number(root, "height"));
        foreach (var e in root.Descendants())
        {
            foreach (var (attribute, limit) in new[] { ("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height), ("y1", height), ("cy", height) })
            {
                if (e.Attribute(attribute) is not null)
                {
                    Assert.InRange(Number(e, attribute), 0, limit);
                }
            }
        }
    }

    [Fact]
    public void Chosen_and_rejected_differ_in_colour_and_dash()
    {
        var lines = XDocument.Parse(SvgPlot.Render(SamplePlots.Rewards())).Descendants(Svg + "path")
            .Select(p => p.Attribute("class")!.Value).Where(c => c.StartsWith("line")).Distinct();
        Assert.Equal(["line c0", "line c1 d1"], lines);
    }

    [Fact]
    public void Shared_axes_are_numbered_once()
    {
        var shared = Labels(SamplePlots.Norms());
        var separate = Labels(SamplePlots.Norms() with { ShareY = false });
        Assert.True(shared.Count < separate.Count);

        int Rows(PlotFigure f) => Labels(f).Count(l => l == "300");
        Assert.Equal(3, Rows(SamplePlots.Rewards()));
        Assert.Equal(1, Rows(SamplePlots.Rewards() with { Columns = 1 }));
    }

    [Fact]
    public void Text_is_escaped() => Assert.Contains("CRL &lt;ours&gt; &amp; more", SvgPlot.Render(SamplePlots.Groups()));

    [Fact]
    public void Figures_without_data_are_drawn_empty()
    {
        var figure = new PlotFigure
        {
            Title = "Nothing",
            Panels =
            [
                new LinePanel { Series = [] }, new HistogramPanel { Series = [new("x", [], SeriesStyle.Chosen)] },
                new IntervalPanel { Rows = [] }, new ScatterPanel { Series = [] },
                new LinePanel { LogY = true, Series = [new() { Name = "zero", Traces = [[(1, 0), (2, double.NaN)]] }] },
                new LinePanel { Series = [new() { Name = "one point", Traces = [[(3, 4)]] }] },
            ],
        };
        Assert.DoesNotContain("NaN", SvgPlot.Render(figure));
        Assert.NotNull(XDocument.Parse(SvgPlot.Render(new() { Title = "No panel", Panels = [] })).Root);
    }

    [Fact]
    public void Long_trainings_stay_small_and_keep_their_peaks()
    {
        (double, double)[] trace = [.. Enumerable.Range(0, 100_000).Select(i => ((double)i, i == 54_321 ? 50.0 : i % 7))];
        var figure = new PlotFigure { Title = "Long", Panels = [new LinePanel { Series = [new() { Name = "loss", Traces = [trace] }] }] };
        var svg = SvgPlot.Render(figure);
        Assert.InRange(svg.Length, 1_000, 120_000);
        var raw = XDocument.Parse(svg).Descendants(Svg + "path").First(p => p.Attribute("class")!.Value.StartsWith("raw"));
        var heights = raw.Attribute("d")!.Value.Split('M', 'L').Skip(1).Select(p => double.Parse(p.Split(' ')[1], CultureInfo.InvariantCulture)).ToArray();
        Assert.True(heights.Min() < heights.Order().ElementAt(1) - 50, "the one peak is drawn");
    }

    [Theory]
    [InlineData(0, 1, 5, "0|0.2|0.4|0.6|0.8|1.0")]
    [InlineData(-2.7, 0.3, 6, "−2.5|−2.0|−1.5|−1.0|−0.5|0")]
    [InlineData(0, 300, 4, "0|100|200|300")]
    [InlineData(0, 52_000, 5, "0|10k|20k|30k|40k|50k")]
    [InlineData(0, 0.00004, 4, "0|2e−5|4e−5")]
    [InlineData(0.68, 0.92, 2, "0.7|0.8|0.9")]
    [InlineData(0, 1.1, 4, "0|0.5|1.0")]
    [InlineData(0, 0.09, 4, "0|0.02|0.04|0.06|0.08")]
    public void Ticks_are_round_numbers(double low, double high, int wanted, string expected) =>
        Assert.Equal(expected, string.Join('|', Tick.Linear(low, high, wanted).Select(t => t.Label)));

    [Theory]
    [InlineData(0.001, 100, 6, "0.001|0.01|0.1|1|10|100")]
    [InlineData(0.9, 30, 4, "1|2|5|10|20")]
    [InlineData(1e-9, 1e-5, 5, "1e−9|1e−8|1e−7|1e−6|1e−5")]
    public void Logarithmic_ticks_are_powers(double low, double high, int wanted, string expected) =>
        Assert.Equal(expected, string.Join('|', Tick.Logarithmic(low, high, wanted).Select(t => t.Label)));

    [Fact]
    public void Smoothing_leaves_a_straight_line_as_it_is()
    {
        // Local linear regression reproduces a line exactly, also at its ends, whatever the bandwidth.
        var x = Enumerable.Range(0, 50).Select(i => (double)i).ToArray();
        foreach (var (at, value) in Smoothing.LocalLinear(x, [.. x.Select(v => 3 - (0.5 * v))], 7))
        {
            Assert.Equal(3 - (0.5 * at), value, 9);
        }
    }

    [Fact]
    public void Smoothing_removes_alternating_noise_and_skips_missing_values()
    {
        var x = Enumerable.Range(0, 100).Select(i => (double)i).ToArray();
        var y = x.Select((v, i) => i == 50 ? double.NaN : 1 + (i % 2 == 0 ? 0.5 : -0.5)).ToArray();
        Assert.All(Smoothing.LocalLinear(x, y, 5), p => Assert.Equal(1, p.Y, 0.12));
    }

    private static List<string> Labels(PlotFigure figure) =>
        [.. XDocument.Parse(SvgPlot.Render(figure)).Descendants(Svg + "text").Where(t => t.Attribute("class")!.Value == "k").Select(t => t.Value)];

    private static double Number(XElement e, string attribute) => double.Parse(e.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
