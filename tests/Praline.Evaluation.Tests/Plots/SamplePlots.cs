namespace Praline.Evaluation.Tests;

/// <summary>Figures of every kind on made-up data, for the tests and to be looked at (PRALINE_PLOTS names a folder to write them to).</summary>
internal static class SamplePlots
{
    public static PlotFigure Rewards() => new()
    {
        Title = "Rewards during training",
        Subtitle = "Faint: every step of three seeds; bold: their local average",
        ShareX = true,
        Panels =
        [
            Panel("SynPO", t => 0.42 + (0.05 * t), t => 0.40 - (0.22 * t), 1),
            Panel("DPO", t => -0.02 - (0.9 * t), t => -0.04 - (2.6 * t), 2),
            Panel("SFT", t => 0.42 + (0.2 * t), t => 0.41 + (0.12 * t), 3),
        ],
    };

    public static PlotFigure Intervals() => new()
    {
        Title = "Facts stated on held-out videos",
        Subtitle = "Dots: pooled over seeds; lines: 95 % bootstrap intervals over videos",
        Columns = 5,
        ShareY = true,
        Panels =
        [
            Metric("Precision", 0.71, 0.78, 0.80, 0.88, 0.03), Metric("Recall", 0.62, 0.66, 0.64, 0.70, 0.04),
            Metric("F1", 0.66, 0.71, 0.71, 0.78, 0.03), Metric("Hallucination rate", 0.52, 0.41, 0.40, 0.22, 0.06),
            Metric("Words", 31, 33, 38, 35, 2) with { Format = "0.0" },
        ],
    };

    public static PlotFigure Groups() => new()
    {
        Title = "Aligned answers by question type",
        Columns = 1,
        Panels =
        [
            new IntervalPanel
            {
                Bars = true, XRange = (0, 1), XLabel = "share of answers judged True",
                Series = [("base", SeriesStyle.Of(6)), ("DPO", SeriesStyle.Of(1)), ("CRL <ours> & more", SeriesStyle.Of(0))],
                Rows =
                [
                    new("False premise", [Wilson.Interval(12, 100), Wilson.Interval(45, 100), Wilson.Interval(88, 100)]),
                    new("Unanswerable", [Wilson.Interval(31, 100), Wilson.Interval(52, 100), Wilson.Interval(91, 100)]),
                    new("Subject ambiguity", [Wilson.Interval(0, 100), Estimate.Undefined, Wilson.Interval(84, 100)]),
                ],
            },
        ],
    };

    public static PlotFigure Distributions()
    {
        var random = new Random(4);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var chosen = Enumerable.Range(0, 400).Select(_ => 10 + (1.5 * Normal())).ToArray();
        var rejected = Enumerable.Range(0, 400).Select(_ => 5 + (2 * Normal())).ToArray();
        return new()
        {
            Title = "Scores and lengths of the pairs",
            Columns = 3,
            Panels =
            [
                new HistogramPanel
                {
                    Title = "Scores", XLabel = "total score", YLabel = "pairs",
                    Series = [new("chosen", chosen, SeriesStyle.Chosen), new("rejected", rejected, SeriesStyle.Rejected)],
                },
                new HistogramPanel
                {
                    Title = "Length bias", XLabel = "words, chosen minus rejected", YLabel = "pairs", XRules = [new(0), new(1.8, "mean 1.8")],
                    Series = [new("", [.. chosen.Zip(rejected, (a, b) => a - b - 3)], SeriesStyle.Neutral)],
                },
                new ScatterPanel
                {
                    Title = "Score against length", XLabel = "words", YLabel = "total score",
                    Series = [new("", [.. chosen.Select(c => (20 + (2 * Normal()) + c, c))], SeriesStyle.Neutral)],
                },
            ],
        };
    }

    public static PlotFigure Norms() => new()
    {
        Title = "Gradient norms",
        ShareX = true,
        ShareY = true,
        Panels = [.. Rewards().Panels.Take(2).Cast<LinePanel>().Select((p, i) => p with
        {
            YLabel = "‖∂r/∂θ‖ per parameter", LogY = true,
            Series = [.. p.Series.Select(s => s with { Traces = [.. s.Traces.Select(t => t.Select(q => (q.X, 1e-7 * Math.Exp(q.Y * (4 + i)))).ToArray())] })],
        })],
    };

    private static LinePanel Panel(string title, Func<double, double> chosen, Func<double, double> rejected, int seed)
    {
        var random = new Random(seed);
        (double, double)[] Trace(Func<double, double> f) =>
            [.. Enumerable.Range(1, 300).Select(i => ((double)i, f(i / 300.0) + (0.12 * (random.NextDouble() + random.NextDouble() - 1))))];
        return new()
        {
            Title = title,
            XLabel = "step",
            YLabel = "reward",
            Series =
            [
                new() { Name = "chosen", Style = SeriesStyle.Chosen, Traces = [Trace(chosen), Trace(chosen), Trace(chosen)] },
                new() { Name = "rejected", Style = SeriesStyle.Rejected, Traces = [Trace(rejected), Trace(rejected), Trace(rejected)] },
            ],
        };
    }

    private static IntervalPanel Metric(string title, double a, double b, double c, double d, double half)
    {
        double[] values = [a, b, c, d];
        string[] names = ["base", "SFT", "DPO", "SynPO"];
        return new()
        {
            Title = title,
            Rows = [.. names.Zip(values, (n, v) => new IntervalRow(n, [new(v, v - half, v + half)]))],
        };
    }
}
