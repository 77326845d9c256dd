using System.Globalization;

namespace Praline.Evaluation;

/// <summary>The report on a captioning study: one HTML file, its numbers as JSON, its figures as SVG.</summary>
public static class CaptionReport
{
    private static readonly (string Name, Func<FactSummary, Estimate> Of, string Format)[] Metrics =
    [
        ("Precision", m => m.Precision, "0.00"), ("Recall", m => m.Recall, "0.00"), ("F1", m => m.F1, "0.00"),
        ("Hallucination rate", m => m.HallucinationRate, "0.00"), ("Words", m => m.MeanWords, "0.0"),
    ];

    /// <summary>Writes <c>report.html</c>, <c>report.json</c> and <c>figures/*.svg</c> into a folder.</summary>
    /// <returns>The numbers, as written.</returns>
    /// <exception cref="PralineException">The methods can't be compared, or a file can't be written.</exception>
    public static CaptionNumbers Write(CaptionStudy study, string folder)
    {
        var numbers = CaptionNumbers.Of(study);
        foreach (var (name, figure) in Figures(study, numbers))
        {
            SvgPlot.Write(figure, Path.Combine(folder, "figures", name + ".svg"));
        }

        ReportJson.Write(Path.Combine(folder, "report.json"), numbers);
        Html(study, numbers).Write(Path.Combine(folder, "report.html"));
        return numbers;
    }

    /// <summary>The summary: one row per method, each value over its interval, the best of each column strong.</summary>
    public static ReportTable Summary(CaptionNumbers numbers)
    {
        ReportCell Best(FactSummary method, Func<FactSummary, Estimate> of, bool lowest = false)
        {
            var values = numbers.Methods.Select(m => of(m).Value).Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN);
            return ReportCell.Of(of(method), strong: numbers.Methods.Count > 1 && of(method).Value == (lowest ? values.Min() : values.Max()));
        }

        return new()
        {
            Columns =
            [
                new("method"), new("captions", "captions of all training seeds, and of how many videos"),
                new("precision ↑", "facts stated that hold / facts stated"), new("recall ↑", "facts stated that hold / facts that hold"),
                new("F1 ↑", "harmonic mean of precision and recall"),
                new("hallucination rate ↓", "share of captions that state anything that isn't there"), new("words", "mean length of a caption"),
            ],
            Rows = [.. numbers.Methods.Select(m => (IReadOnlyList<ReportCell>)
            [
                m.Method,
                new(m.Captions.ToString("N0", CultureInfo.InvariantCulture), $"{m.Videos} videos, {m.Seeds} {(m.Seeds == 1 ? "seed" : "seeds")}"),
                Best(m, s => s.Precision), Best(m, s => s.Recall), Best(m, s => s.F1), Best(m, s => s.HallucinationRate, lowest: true),
                ReportCell.Of(m.MeanWords, "0.0"),
            ])],
            Note = $"Micro averages over all captions. Intervals: {Percent(numbers)} bootstrap over videos, "
                + $"{numbers.Bootstrap.Resamples.ToString("N0", CultureInfo.InvariantCulture)} draws. Bold: best of its column.",
        };
    }

    /// <summary>Each method minus the baseline, paired by video.</summary>
    public static ReportTable Differences(CaptionNumbers numbers) => new()
    {
        Columns = [new("method"), new("precision"), new("recall"), new("F1"), new("hallucination rate"), new("words")],
        Rows = [.. numbers.Comparisons.Select(c => (IReadOnlyList<ReportCell>)
        [
            $"{c.Method} − {c.Baseline}", ReportCell.Of(c.Precision), ReportCell.Of(c.Recall), ReportCell.Of(c.F1),
            ReportCell.Of(c.HallucinationRate), ReportCell.Of(c.MeanWords, "+0.0;−0.0;0.0"),
        ])],
        Note = "Paired bootstrap on the same videos. Bold: p below 0.05, not corrected for the number of comparisons.",
    };

    /// <summary>The report's figures, by file name.</summary>
    public static IReadOnlyList<(string Name, PlotFigure Figure)> Figures(CaptionStudy study, CaptionNumbers numbers)
    {
        var figures = new List<(string, PlotFigure)> { ("facts", Facts(numbers)) };
        if (study.Runs.Count > 0)
        {
            figures.AddRange(new RunComparison(study.Runs, [.. numbers.Methods.Select(m => m.Method)]).Figures());
        }

        if (study.Pairs.Count > 0)
        {
            figures.Add(("pairs", PairSummary.Figure(study.Pairs)));
        }

        return figures;
    }

    private static PlotFigure Facts(CaptionNumbers numbers) => new()
    {
        Title = "Facts stated about held-out videos",
        Subtitle = $"Dots: all captions of all training seeds; lines: {Percent(numbers)} bootstrap intervals over videos",
        Columns = Metrics.Length,
        ShareY = true,
        Panels = [.. Metrics.Select(metric => new IntervalPanel
        {
            Title = metric.Name, Format = metric.Format,
            Rows = [.. numbers.Methods.Select(m => new IntervalRow(m.Method, [metric.Of(m)]))],
        })],
    };

    private static HtmlReport Html(CaptionStudy study, CaptionNumbers numbers)
    {
        var figures = Figures(study, numbers).ToDictionary(f => f.Name, f => (ReportBlock)new FigureBlock(f.Figure));
        var sections = new List<ReportSection>
        {
            new("Results", Present(new TableBlock(Summary(numbers)), figures.GetValueOrDefault("facts"))),
            new("Differences", new TableBlock(Differences(numbers))),
        };
        if (study.Runs.Count > 0)
        {
            sections.Add(new("Training", Present(
                figures.GetValueOrDefault("rewards"), figures.GetValueOrDefault("norms"), figures["training"],
                new TableBlock(new RunComparison(study.Runs).Table()))));
        }

        if (numbers.Pairs is { } pairs)
        {
            var bias = pairs.ChosenLonger.IsDefined
                ? $" Where lengths differ, the chosen response is the longer one in {pairs.ChosenLonger.ToString("0.00")} of the pairs; "
                    + "0.50 would be no length bias."
                : "";
            sections.Add(new("Preference pairs", new ParagraphBlock($"{pairs.Pairs} pairs.{bias}"), figures["pairs"]));
        }

        if (study.Examples.Count > 0)
        {
            sections.Add(new("Examples", new ExamplesBlock(study.Examples)
            {
                Legend = [new("stated and true", TextTone.Good), new("hallucinated", TextTone.Bad)],
            }));
        }

        if (study.LeftOut.Count > 0)
        {
            sections.Add(new("Left out", [.. study.LeftOut]));
        }

        sections.Add(new("Settings", new SettingsBlock(study.Settings)));
        return new(study.Title, sections) { Introduction = study.Introduction };
    }

    private static ReportBlock[] Present(params IEnumerable<ReportBlock?> blocks) => [.. blocks.OfType<ReportBlock>()];

    private static string Percent(CaptionNumbers numbers) =>
        (100 * numbers.Bootstrap.Confidence).ToString("0.##", CultureInfo.InvariantCulture) + " %";
}
