namespace Praline.Preferences;

/// <summary>What a finished stage made.</summary>
public sealed record StageSummary
{
    /// <summary>The stage's name.</summary>
    public required string Stage { get; init; }

    /// <summary>The file it wrote.</summary>
    public required string OutputPath { get; init; }

    /// <summary>How many items it had.</summary>
    public required int Items { get; init; }

    /// <summary>How many of them an earlier start had finished.</summary>
    public required int Reused { get; init; }

    /// <summary>How many lines the output has.</summary>
    public required int Rows { get; init; }

    /// <summary>The items that gave nothing, in input order, with the reason.</summary>
    public required IReadOnlyList<RejectedRow> Rejected { get; init; }

    /// <summary>What is missing and could be had by <c>--retry-failed</c>: item and what.</summary>
    public required IReadOnlyList<(string Item, string What)> Missing { get; init; }
}
