namespace Praline.Evaluation;

/// <summary>The report on PIE runs: one HTML file, its numbers as JSON, its figures as SVG.</summary>
public static class PieReport
{
    /// <summary>Writes <c>report.html</c>, <c>report.json</c> and <c>figures/*.svg</c> into a folder.</summary>
    /// <returns>The numbers, as written.</returns>
    /// <exception cref="PralineException">Runs and PIE file don't belong together, or a file can't be written.</exception>
    public static PieNumbers Write(PieStudy study, string folder)
    {
        var numbers = PieNumbers.Of(study);
        SvgPlot.Write(ByType(numbers), Path.Combine(folder, "figures", "types.svg"));
        SvgPlot.Write(Aggregate(numbers), Path.Combine(folder, "figures", "aar.svg"));
        ReportJson.Write(Path.Combine(folder, "report.json"), numbers);
        Html(study, numbers).Write(Path.Combine(folder, "report.html"));
        return numbers;
    }

    /// <summary>The paper's Table 1: a row per run; per type the True rate and, where there is one, the Ambiguous rate; then macro AAR.</summary>
    public static ReportTable Summary(PieNumbers numbers) => new()
    {
        Columns =
        [
            new("run"),
            .. Types(numbers).Select(t =>
                new ReportColumn(t.AllowsAmbiguous ? $"{t.Name}: True / Ambiguous" : t.Name, "share of scored answers")),
            new("AAR macro", AlignRates.Variants[0].Definition),
        ],
        Rows = [.. numbers.Runs.Select(run => (IReadOnlyList<ReportCell>)
        [
            run.Run, .. run.Types.Select(TypeCell), ReportCell.Of(run.AlignRates.Macro, "0.00", Best(numbers, run)),
        ])],
        Note = "95 % intervals: Wilson for rates, bootstrap over images for AAR. Under each rate the counts it comes from. "
            + "Unscored answers are in no rate.",
    };

    /// <summary>True and unscored rates per tier and over all.</summary>
    public static ReportTable Tiers(PieNumbers numbers) => new()
    {
        Columns =
        [
            new("run"), .. numbers.Runs.Select(r => r.Tiers).DefaultIfEmpty([]).First().Select(t => new ReportColumn(t.Name + " tier")),
            new("all questions"), new("unscored", "answers whose verdict could not be read"), new("answers"),
        ],
        Rows = [.. numbers.Runs.Select(run => (IReadOnlyList<ReportCell>)
        [
            run.Run, .. run.Tiers.Select(TypeCell), TypeCell(run.All), WithCounts(run.All.UnscoredRate, run.All.Unscored, run.Answers),
            $"{run.Answers}",
        ])],
    };

    /// <summary>The Aggregate Align Rate in all variants.</summary>
    public static ReportTable Variants(PieNumbers numbers) => new()
    {
        Columns = [new("run"), .. AlignRates.Variants.Select(v => new ReportColumn(v.Name, v.Definition))],
        Rows = [.. numbers.Runs.Select(run => (IReadOnlyList<ReportCell>)
            [run.Run, .. AlignRates.Variants.Select(v => ReportCell.Of(v.Of(run.AlignRates)))])],
        Note = string.Join(". ", AlignRates.Variants.Select(v => $"{v.Name}: {v.Definition}")) + ".",
    };

    /// <summary>Every run against every run before it.</summary>
    public static ReportTable Differences(PieNumbers numbers) => new()
    {
        Columns =
        [
            new("runs"), new("AAR macro"), new("AAR micro"), new("only first / only second True", "questions on which they disagree"),
            new("McNemar, exact"), new("after Holm", "adjusted for the number of comparisons"),
        ],
        Rows = [.. numbers.Comparisons.Select(c => (IReadOnlyList<ReportCell>)
        [
            new($"{c.First} − {c.Second}", $"{c.Questions} questions"), ReportCell.Of(c.Macro), ReportCell.Of(c.Micro),
            $"{c.OnlyFirst} / {c.OnlySecond}", ReportCell.PText(c.McNemar), new(ReportCell.PText(c.McNemarHolm), Strong: c.McNemarHolm < 0.05),
        ])],
        Note = "On the questions that both runs have a verdict on. AAR: paired bootstrap over images. McNemar: True against anything else. "
            + "Bold: p below 0.05.",
    };

    private static PlotFigure ByType(PieNumbers numbers) => new()
    {
        Title = "Answers that engage as they should, by question type",
        Subtitle = "Share of scored answers judged True; lines: 95 % Wilson intervals",
        Panels =
        [
            new IntervalPanel
            {
                Bars = true, XRange = (0, 1), Series = Series(numbers),
                Rows = [.. Types(numbers).Select((t, i) => new IntervalRow(t.Name, [.. numbers.Runs.Select(r => r.Types[i].TrueRate)]))],
            },
        ],
    };

    private static PlotFigure Aggregate(PieNumbers numbers) => new()
    {
        Title = "Aggregate Align Rate",
        Subtitle = "Lines: 95 % bootstrap intervals over images",
        Columns = 4,
        ShareY = true,
        ShareX = true,
        Panels = [.. AlignRates.Variants.Select(v => new IntervalPanel
        {
            Title = v.Name.Replace("AAR ", ""), XRange = (0, 1),
            Rows = [.. numbers.Runs.Select(r => new IntervalRow(r.Run, [v.Of(r.AlignRates)]))],
        })],
    };

    private static HtmlReport Html(PieStudy study, PieNumbers numbers)
    {
        var sections = new List<ReportSection>
        {
            new("Results", new TableBlock(Summary(numbers)), new FigureBlock(ByType(numbers))),
            new("Aggregate", new TableBlock(Variants(numbers)), new FigureBlock(Aggregate(numbers)), new TableBlock(Tiers(numbers))),
        };
        if (numbers.Comparisons.Count > 0)
        {
            sections.Add(new("Differences", new TableBlock(Differences(numbers))));
        }

        if (study.General is { } general)
        {
            sections.Add(new("General ability", new TableBlock(general.Table(numbers.General))));
        }

        sections.AddRange(study.Further);
        sections.Add(new("Questions", new ExamplesBlock(PieCards.Of(study))
        {
            Legend = [new("True", TextTone.Good), new("Ambiguous", TextTone.Middle), new("False", TextTone.Bad), new("unscored", TextTone.Missing)],
        }));
        ReportBlock[] leftOut =
        [
            .. numbers.MissingImages.Count > 0
                ? [new ListBlock("Questions whose image is missing", numbers.MissingImages)]
                : Array.Empty<ReportBlock>(),
            .. numbers.Unscored.Where(u => u.Value.Count > 0).Select(u => new ListBlock($"Unscored answers of {u.Key}", u.Value)),
        ];
        if (leftOut.Length > 0)
        {
            sections.Add(new("Left out", leftOut));
        }

        sections.Add(new("Settings", new SettingsBlock(study.Settings)));
        return new(study.Title, sections) { Introduction = study.Introduction };
    }

    private static IReadOnlyList<PieRate> Types(PieNumbers numbers) =>
        numbers.Runs.Select(r => r.Types).DefaultIfEmpty([]).First();

    private static IReadOnlyList<(string, SeriesStyle)> Series(PieNumbers numbers) =>
        [.. numbers.Runs.Select((r, i) => (r.Run, SeriesStyle.OfMethod(i)))];

    private static bool Best(PieNumbers numbers, PieSummary run) =>
        numbers.Runs.Count > 1 && run.AlignRates.Macro.Value == numbers.Runs.Select(r => r.AlignRates.Macro.Value).Max();

    private static ReportCell TypeCell(PieRate rate)
    {
        var cell = WithCounts(rate.TrueRate, rate.True, rate.Scored);
        if (!rate.AllowsAmbiguous)
        {
            return cell;
        }

        var ambiguous = WithCounts(rate.AmbiguousRate, rate.Ambiguous, rate.Scored);
        return new($"{cell.Text} / {ambiguous.Text}", $"{cell.Detail}\n{ambiguous.Detail}");
    }

    private static ReportCell WithCounts(Estimate rate, int count, int total)
    {
        var cell = ReportCell.Of(rate, "0.00");
        return cell with { Detail = $"{cell.Detail} {count}/{total}".Trim() };
    }
}
