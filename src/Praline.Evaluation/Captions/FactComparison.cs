namespace Praline.Evaluation;

/// <summary>One method against a baseline on the same videos: method minus baseline.</summary>
public sealed record FactComparison
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>What it is compared with.</summary>
    public required string Baseline { get; init; }

    /// <summary>Difference in precision.</summary>
    public required PairedDifference Precision { get; init; }

    /// <summary>Difference in recall.</summary>
    public required PairedDifference Recall { get; init; }

    /// <summary>Difference in F1.</summary>
    public required PairedDifference F1 { get; init; }

    /// <summary>Difference in hallucination rate (below zero is better).</summary>
    public required PairedDifference HallucinationRate { get; init; }

    /// <summary>Difference in mean length, in words.</summary>
    public required PairedDifference MeanWords { get; init; }
}
