using System.Globalization;

namespace Praline.Evaluation;

/// <summary>What the preference pairs are like, and whether the judges favour long responses.</summary>
public sealed record PairSummary
{
    /// <summary>How many pairs there are.</summary>
    public required int Pairs { get; init; }

    /// <summary>Mean total score of the chosen responses.</summary>
    public required double ChosenScore { get; init; }

    /// <summary>Mean total score of the rejected responses.</summary>
    public required double RejectedScore { get; init; }

    /// <summary>Mean length of the chosen responses in words.</summary>
    public required double ChosenWords { get; init; }

    /// <summary>Mean length of the rejected responses in words.</summary>
    public required double RejectedWords { get; init; }

    /// <summary>Of the pairs of unequal length, the share whose chosen response is the longer, with a Wilson interval: ½ is no bias.</summary>
    public required Estimate ChosenLonger { get; init; }

    /// <summary>Summarises pairs; means of no pair are NaN.</summary>
    public static PairSummary Of(IReadOnlyCollection<PairScore> pairs)
    {
        double Mean(Func<PairScore, double> value) => pairs.Count > 0 ? pairs.Average(value) : double.NaN;
        return new()
        {
            Pairs = pairs.Count,
            ChosenScore = Mean(p => p.ChosenScore),
            RejectedScore = Mean(p => p.RejectedScore),
            ChosenWords = Mean(p => p.ChosenWords),
            RejectedWords = Mean(p => p.RejectedWords),
            ChosenLonger = Wilson.Interval(
                pairs.Count(p => p.ChosenWords > p.RejectedWords), pairs.Count(p => p.ChosenWords != p.RejectedWords)),
        };
    }

    /// <summary>Distribution of scores, of the length difference, and the score over the length.</summary>
    public static PlotFigure Figure(IReadOnlyList<PairScore> pairs)
    {
        var differences = pairs.Select(p => (double)(p.ChosenWords - p.RejectedWords)).ToArray();
        PlotRule[] mean = differences.Length > 0
            ? [new(differences.Average(), "mean " + differences.Average().ToString("+0.0;−0.0;0", CultureInfo.InvariantCulture))]
            : [];
        return new()
        {
            Title = "Scores and lengths of the preference pairs",
            Columns = 3,
            Panels =
            [
                new HistogramPanel
                {
                    Title = "Scores", XLabel = "total score", YLabel = "pairs",
                    Series =
                    [
                        new("chosen", [.. pairs.Select(p => p.ChosenScore)], SeriesStyle.Chosen),
                        new("rejected", [.. pairs.Select(p => p.RejectedScore)], SeriesStyle.Rejected),
                    ],
                },
                new HistogramPanel
                {
                    Title = "Length bias", XLabel = "words, chosen minus rejected", YLabel = "pairs", XRules = [new(0), .. mean],
                    Series = [new("", differences, SeriesStyle.Neutral)],
                },
                new ScatterPanel
                {
                    Title = "Score over length", XLabel = "words", YLabel = "total score",
                    Series =
                    [
                        new("chosen", [.. pairs.Select(p => ((double)p.ChosenWords, p.ChosenScore))], SeriesStyle.Chosen),
                        new("rejected", [.. pairs.Select(p => ((double)p.RejectedWords, p.RejectedScore))], SeriesStyle.Rejected),
                    ],
                },
            ],
        };
    }
}
