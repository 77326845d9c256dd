using System.Globalization;

namespace Praline.Evaluation;

/// <summary>
/// Trainings side by side, as in the SynPO paper's profiling figures: rewards of chosen and rejected responses, and the gradient norms of both
/// sides, one panel per method; seeds of one method share its panel.
/// </summary>
/// <param name="runs">The runs, in the order in which methods are shown.</param>
/// <param name="methods">
/// All methods of the report that this is part of, so that each has its colour in every figure; by default the runs' labels.
/// </param>
public sealed class RunComparison(IReadOnlyList<TrainingRun> runs, IReadOnlyList<string>? methods = null)
{
    private const string HowDrawn = "Faint: as logged, every run; bold: local average.";

    /// <summary>The runs.</summary>
    public IReadOnlyList<TrainingRun> Runs { get; } = runs;

    /// <summary>Whether any run logged gradient norms of either kind.</summary>
    public bool HasNorms => Has(MetricNames.ChosenNorm) || Has(MetricNames.Norm);

    /// <summary>Whether any run logged rewards.</summary>
    public bool HasRewards => Has(MetricNames.ChosenReward);

    /// <summary>Chosen and rejected rewards over steps, a panel per method. Each has its own scale: methods define rewards differently.</summary>
    public PlotFigure Rewards() => new()
    {
        Title = "Rewards of chosen and rejected responses",
        Subtitle = $"{HowDrawn} Each method's own reward, on its own scale.",
        ShareX = true,
        Panels = [.. Methods().Select(method => new LinePanel
        {
            Title = method.Key, XLabel = "step", YLabel = "reward",
            Series = Sides(method, MetricNames.ChosenReward, MetricNames.RejectedReward),
        })],
    };

    /// <summary>
    /// Gradient norms over steps, a panel per method on common axes: of the chosen and the rejected side where a run was profiled, else of the
    /// loss. Logarithmic when they span more than a factor of 30.
    /// </summary>
    public PlotFigure Norms()
    {
        var sides = Has(MetricNames.ChosenNorm);
        var panels = Methods().Select(method => new LinePanel
        {
            Title = method.Key,
            XLabel = "step",
            YLabel = sides ? "‖∂r/∂θ‖" : "‖∂L/∂θ‖",
            Series = sides
                ? Sides(method, MetricNames.ChosenNorm, MetricNames.RejectedNorm)
                : [Line("loss gradient", SeriesStyle.Of(2), method, MetricNames.Norm)],
        }).ToArray();
        // Norms that a published script divided by the number of parameters have axes of their own.
        var comparable = Runs.Select(r => r.IsOnPublishedScale).Distinct().Count() == 1;
        bool IsWide(IEnumerable<LinePanel> some)
        {
            var range = Extent.Of(some.SelectMany(p => p.Series).SelectMany(s => s.Traces).SelectMany(t => t).Select(p => p.Y), log: true);
            return range.Maximum > 30 * range.Minimum;
        }

        return new()
        {
            Title = sides ? "Gradient norms of chosen and rejected responses" : "Gradient norm of the loss",
            Subtitle = comparable ? HowDrawn : $"{HowDrawn} Each panel on its own scale: some norms are divided by the number of parameters.",
            ShareX = true,
            ShareY = comparable,
            Panels = [.. panels.Select(p => p with { LogY = IsWide(comparable ? panels : [p]) })],
        };
    }

    /// <summary>Loss, reward margin and reward accuracy over steps, all methods in each panel.</summary>
    public PlotFigure Progress()
    {
        var methods = Methods().Select(m => (Method: m, Style: Style(m.Key))).ToArray();
        LinePanel Panel(string title, IReadOnlyList<string> names) => new()
        {
            Title = title,
            XLabel = "step",
            Series = [.. methods.Select(m => Line(m.Method.Key, m.Style, m.Method, names))],
        };
        return new()
        {
            Title = "Training",
            Subtitle = HowDrawn,
            ShareX = true,
            Panels =
            [
                Panel("Loss", MetricNames.Loss), Panel("Reward margin", MetricNames.Margin), Panel("Reward accuracy", MetricNames.Accuracy),
            ],
        };
    }

    /// <summary>All figures that the runs have data for, by file name: <c>rewards</c>, <c>norms</c>, <c>training</c>.</summary>
    public IReadOnlyList<(string Name, PlotFigure Figure)> Figures() =>
    [
        .. HasRewards ? [("rewards", Rewards())] : Array.Empty<(string, PlotFigure)>(),
        .. HasNorms ? [("norms", Norms())] : Array.Empty<(string, PlotFigure)>(),
        ("training", Progress()),
    ];

    /// <summary>Writes all figures as <c>NAME.svg</c>, and <c>runs.html</c> with the figures and the table, into a folder.</summary>
    /// <returns>The files' paths.</returns>
    /// <exception cref="PralineException">A file can't be written.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        var figures = Figures();
        var paths = figures.Select(f => Path.Combine(folder, f.Name + ".svg")).ToList();
        foreach (var (figure, path) in figures.Zip(paths))
        {
            SvgPlot.Write(figure.Figure, path);
        }

        paths.Add(Path.Combine(folder, "runs.html"));
        new HtmlReport(
            "Training runs",
            new ReportSection("Figures", [.. figures.Select(f => new FigureBlock(f.Figure))]),
            new ReportSection("Numbers", new TableBlock(Table())))
        {
            Introduction = string.Join(", ", Runs.Select(r => r.Label).Distinct()),
        }.Write(paths[^1]);
        return paths;
    }

    /// <summary>One row of numbers per run.</summary>
    public ReportTable Table()
    {
        var seeds = Runs.Any(r => r.Seed is not null);
        return new()
        {
            Columns =
            [
                new("run"), .. seeds ? [new ReportColumn("seed")] : Array.Empty<ReportColumn>(), new("steps"), new("loss"),
                new("chosen reward"), new("rejected reward"), new("margin, end"), new("accuracy, end"), new("gradient norm"), new("tokens/s"),
            ],
            Rows = [.. Runs.Select(RunSummary.Of).Select(r => (IReadOnlyList<ReportCell>)
            [
                r.Label, .. seeds ? [(ReportCell)(r.Seed?.ToString(CultureInfo.InvariantCulture) ?? "–")] : Array.Empty<ReportCell>(),
                r.Steps.ToString("N0", CultureInfo.InvariantCulture), Text(r.Loss), Text(r.RewardsChosen), Text(r.RewardsRejected),
                Number(r.RewardsChosen.Last - r.RewardsRejected.Last), Number(r.RewardAccuracies.Last),
                Text(r.GradNorm), Number(r.TokensPerSecond),
            ])],
            Note = "a → b: mean over the first and over the last tenth of the steps.",
        };
    }

    /// <summary>A number with three significant digits; "–" when there is none.</summary>
    internal static string Number(double value) => !double.IsFinite(value) ? "–"
        : Math.Abs(value) is 0 or >= 100 ? value.ToString("N0", CultureInfo.InvariantCulture)
        : Math.Abs(value) >= 0.001 ? value.ToString("G3", CultureInfo.InvariantCulture)
        : value.ToString("0.##e0", CultureInfo.InvariantCulture);

    private static string Text(Change change) => double.IsFinite(change.First) ? $"{Number(change.First)} → {Number(change.Last)}" : "–";

    /// <summary>Both sides of the preferences, or the one that there is: supervised answers have no rejected side.</summary>
    private static IReadOnlyList<LineSeries> Sides(IGrouping<string, TrainingRun> runs, IReadOnlyList<string> chosen, IReadOnlyList<string> rejected)
    {
        LineSeries[] both = [Line("chosen", SeriesStyle.Chosen, runs, chosen), Line("rejected", SeriesStyle.Rejected, runs, rejected)];
        return [.. both.Where(series => series.Traces.Count > 0)];
    }

    private static LineSeries Line(string name, SeriesStyle style, IEnumerable<TrainingRun> runs, IReadOnlyList<string> names) => new()
    {
        Name = name,
        Style = style,
        Traces = [.. runs.Select(r => r.Metrics.Series(names)).Where(t => t.Count > 0)],
    };

    private SeriesStyle Style(string label)
    {
        string[] all = [.. methods ?? [], .. Runs.Select(r => r.Label)];
        return SeriesStyle.OfMethod(Array.IndexOf([.. all.Distinct()], label));
    }

    private bool Has(IReadOnlyList<string> names) => Runs.Any(r => r.Metrics.Series(names).Count > 0);

    private IEnumerable<IGrouping<string, TrainingRun>> Methods() => Runs.GroupBy(r => r.Label);
}
