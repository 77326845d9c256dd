namespace Praline.Evaluation;

/// <summary>The content of a PIE study's <c>report.json</c>; every name and its meaning is in docs/reports.md.</summary>
public sealed record PieNumbers
{
    /// <summary>Name and version of the schema: fields are added under the same number, changed only under a new one.</summary>
    public string Schema { get; init; } = "praline.pie/1";

    /// <summary>The report's heading.</summary>
    public required string Title { get; init; }

    /// <summary>How many questions the PIE file has.</summary>
    public required int Questions { get; init; }

    /// <summary>Questions whose image is missing: "question N (image: question)". They are in no other number.</summary>
    public required IReadOnlyList<string> MissingImages { get; init; }

    /// <summary>How the align rates' intervals were made.</summary>
    public required BootstrapOptions Bootstrap { get; init; }

    /// <summary>One entry per run.</summary>
    public required IReadOnlyList<PieSummary> Runs { get; init; }

    /// <summary>Every run against every run before it.</summary>
    public required IReadOnlyList<PieComparison> Comparisons { get; init; }

    /// <summary>General ability, one entry per run; empty when it was not measured.</summary>
    public required IReadOnlyList<GeneralSummary> General { get; init; }

    /// <summary>Answers without a verdict, by run: the question and why.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Unscored { get; init; }

    /// <summary>The settings.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Computes all numbers of a study.</summary>
    /// <exception cref="PralineException">A run's judgements don't belong to the PIE file, or two runs have one label.</exception>
    public static PieNumbers Of(PieStudy study)
    {
        var twice = study.Runs.GroupBy(r => r.Label).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new PralineException($"Two runs are labelled {twice.Key}; give each its own label.");
        }

        return new()
        {
            Title = study.Title,
            Questions = study.Questions.Count,
            Bootstrap = study.Bootstrap,
            MissingImages = [.. study.Questions.Index()
                .Where(q => study.Images.Find(q.Item.ImageId) is null).Select(q => PieStages.ItemId(q.Item, q.Index))],
            Runs = [.. study.Runs.Select(r => PieSummary.Of(r, study.Questions, study.Bootstrap))],
            Comparisons = PieComparison.OfAll(study.Runs, study.Questions, study.Bootstrap),
            General = study.General?.Summarize(study.Bootstrap) ?? [],
            Unscored = study.Runs.ToDictionary(r => r.Label, r => (IReadOnlyList<string>)[.. PieSummary.Verdicts(r, study.Questions)
                .Where(v => v.Value is PieVerdict.Unscored)
                .Select(v => $"{PieStages.ItemId(study.Questions[v.Key], v.Key)}: {((PieVerdict.Unscored)v.Value).Reason}")]),
            Settings = study.Settings.ToDictionary(),
        };
    }
}
