using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>What came out of a build, for its report.</summary>
public sealed record RankingStudy
{
    /// <summary>The candidates.</summary>
    public required IReadOnlyList<LongGenerationRow> Candidates { get; init; }

    /// <summary>What the judges said of them.</summary>
    public required IReadOnlyList<ScoresRow> Scores { get; init; }

    /// <summary>The pairs.</summary>
    public required IReadOnlyList<PairRow> Pairs { get; init; }

    /// <summary>What could not be used, by all stages.</summary>
    public IReadOnlyList<RejectedRow> Rejected { get; init; } = [];

    /// <summary>How scores became pairs.</summary>
    public RankOptions Options { get; init; } = new();

    /// <summary>The folder that the videos' paths start from; null to show no frames.</summary>
    public string? VideoFolder { get; init; }

    /// <summary>How many pairs are shown beside their frames, spread over all.</summary>
    public int Examples { get; init; } = 100;

    /// <summary>How many frames of each.</summary>
    public int FramesShown { get; init; } = 4;

    /// <summary>The ranking in numbers.</summary>
    public RankingReport Numbers => RankingReport.Of(Candidates, Scores, Pairs, Options.Weights);
}
