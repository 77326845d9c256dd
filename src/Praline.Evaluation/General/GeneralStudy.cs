namespace Praline.Evaluation;

/// <summary>General ability before and after: several runs' answers to one set.</summary>
/// <param name="Name">What the set is called.</param>
/// <param name="Questions">The set.</param>
/// <param name="Scorer">How answers are measured.</param>
/// <param name="Runs">The runs, the baseline first.</param>
public sealed record GeneralStudy(string Name, IReadOnlyList<GeneralQuestion> Questions, IGeneralScorer Scorer, IReadOnlyList<GeneralRun> Runs)
{
    /// <summary>Each run's mean score, and its difference from the first run's on the questions that both answered.</summary>
    public IReadOnlyList<GeneralSummary> Summarize(BootstrapOptions options)
    {
        var scores = Runs.Select(run => run.Answers.ToDictionary(a => a.Key, a => Scorer.Score(Questions[a.Key], a.Value))).ToArray();
        return [.. Runs.Select((run, i) => new GeneralSummary
        {
            Run = run.Label,
            Set = Name,
            Score = Scorer.Name,
            Answers = scores[i].Count,
            Mean = Bootstrap.Interval(Totals(scores[i], scores[i].Keys), Mean, options),
            FromFirst = i == 0
                ? null
                : PairedBootstrap.Difference(Totals(scores[i], Shared(i)), Totals(scores[0], Shared(i)), Mean, options),
        })];

        IEnumerable<int> Shared(int run) => scores[run].Keys.Where(scores[0].ContainsKey).Order();
    }

    /// <summary>The table: a row per run.</summary>
    public ReportTable Table(IReadOnlyList<GeneralSummary> summaries) => new()
    {
        Columns = [new("run"), new(Scorer.Name, Scorer.Definition), new($"from {(Runs.Count > 0 ? Runs[0].Label : "the first")}"), new("answers")],
        Rows = [.. summaries.Select(s => (IReadOnlyList<ReportCell>)
            [s.Run, ReportCell.Of(s.Mean), s.FromFirst is { } difference ? ReportCell.Of(difference) : "", $"{s.Answers}"])],
        Note = $"{Name}: {Questions.Count} questions. {Scorer.Definition} Intervals: 95 % bootstrap over images; differences are paired.",
    };

    private static double Mean(ReadOnlySpan<double> totals) => totals[0] / totals[1];

    private ClusterTotals Totals(Dictionary<int, double> scores, IEnumerable<int> questions)
    {
        var totals = new ClusterTotals(2);
        foreach (var i in questions)
        {
            totals.Add(Questions[i].Image, scores[i], 1);
        }

        return totals;
    }
}
