namespace Praline.Evaluation;

/// <summary>The content of a captioning study's <c>report.json</c>; every name and its meaning is in docs/reports.md.</summary>
public sealed record CaptionNumbers
{
    /// <summary>Name and version of the schema: fields are added under the same number, changed only under a new one.</summary>
    public string Schema { get; init; } = "praline.captions/1";

    /// <summary>The report's heading.</summary>
    public required string Title { get; init; }

    /// <summary>How intervals were made.</summary>
    public required BootstrapOptions Bootstrap { get; init; }

    /// <summary>One entry per method.</summary>
    public required IReadOnlyList<FactSummary> Methods { get; init; }

    /// <summary>Each other method minus the baseline, paired by video.</summary>
    public required IReadOnlyList<FactComparison> Comparisons { get; init; }

    /// <summary>One entry per training.</summary>
    public required IReadOnlyList<RunSummary> Runs { get; init; }

    /// <summary>What the pairs are like; null when there are none.</summary>
    public required PairSummary? Pairs { get; init; }

    /// <summary>What was left out, by reason.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> LeftOut { get; init; }

    /// <summary>The run's settings.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Computes all numbers of a study.</summary>
    /// <exception cref="PralineException">The methods can't be compared: no captions of the baseline, other videos.</exception>
    public static CaptionNumbers Of(CaptionStudy study) => new()
    {
        Title = study.Title,
        Bootstrap = study.Bootstrap,
        Methods = FactMetrics.Summarise(study.Captions, study.Bootstrap),
        Comparisons = FactMetrics.Compare(study.Captions, study.Baseline, study.Bootstrap),
        Runs = [.. study.Runs.Select(RunSummary.Of)],
        Pairs = study.Pairs.Count > 0 ? PairSummary.Of(study.Pairs) : null,
        LeftOut = study.LeftOut.ToDictionary(l => l.Title, l => l.Items),
        Settings = study.Settings.ToDictionary(),
    };
}
