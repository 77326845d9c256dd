namespace Praline.Evaluation;

/// <summary>One method's captions, pooled over videos and training seeds.</summary>
public sealed record FactSummary
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>How many captions were counted.</summary>
    public required int Captions { get; init; }

    /// <summary>Of how many videos.</summary>
    public required int Videos { get; init; }

    /// <summary>Of how many training seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>TP / (TP + FP), over all captions together (micro).</summary>
    public required Estimate Precision { get; init; }

    /// <summary>TP / (TP + missed), over all captions together.</summary>
    public required Estimate Recall { get; init; }

    /// <summary>2·TP / (2·TP + FP + missed).</summary>
    public required Estimate F1 { get; init; }

    /// <summary>Share of captions that state anything that is not there.</summary>
    public required Estimate HallucinationRate { get; init; }

    /// <summary>Mean caption length in words.</summary>
    public required Estimate MeanWords { get; init; }

    /// <summary>The F1 of each training seed alone, by seed: how far a single training would have been from the pooled value.</summary>
    public required IReadOnlyDictionary<int, double> F1BySeed { get; init; }
}
