namespace Praline.Training.Engine;

/// <summary>What one process computed of an optimizer step; the reports of all ranks add up to the step's.</summary>
internal sealed record StepReport
{
    /// <summary>Its part of the batch's loss.</summary>
    public double Loss { get; init; }

    /// <summary>Tokens computed.</summary>
    public long Tokens { get; init; }

    /// <summary>Micro-batches computed.</summary>
    public long MicroBatches { get; init; }

    /// <summary>What was wrong with those that were dropped.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>What is logged as means.</summary>
    public MetricSums Metrics { get; init; } = new();

    /// <summary>The objective's state after the step.</summary>
    public IReadOnlyDictionary<string, double> Objective { get; init; } = new Dictionary<string, double>();

    /// <summary>True when this process was asked to stop.</summary>
    public bool Cancelled { get; init; }

    /// <summary>The step's report from those of all ranks; the objective's state is rank 0's, which always has examples.</summary>
    internal static StepReport Sum(IReadOnlyList<StepReport> ranks)
    {
        if (ranks.Count == 1)
        {
            return ranks[0];
        }

        var metrics = new MetricSums();
        foreach (var rank in ranks)
        {
            metrics.Add(rank.Metrics);
        }

        return new StepReport
        {
            Loss = ranks.Sum(r => r.Loss),
            Tokens = ranks.Sum(r => r.Tokens),
            MicroBatches = ranks.Sum(r => r.MicroBatches),
            Dropped = [.. ranks.SelectMany(r => r.Dropped)],
            Metrics = metrics,
            Objective = ranks[0].Objective,
            Cancelled = ranks.Any(r => r.Cancelled),
        };
    }
}
