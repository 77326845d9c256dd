namespace Praline.Evaluation;

/// <summary>A training in numbers. Quantities that it did not log are NaN.</summary>
public sealed record RunSummary
{
    /// <summary>The method's or run's name.</summary>
    public required string Label { get; init; }

    /// <summary>The training seed, if known.</summary>
    public int? Seed { get; init; }

    /// <summary>The last step logged.</summary>
    public required long Steps { get; init; }

    /// <summary>The loss.</summary>
    public required Change Loss { get; init; }

    /// <summary>Reward of the chosen responses.</summary>
    public required Change RewardsChosen { get; init; }

    /// <summary>Reward of the rejected responses.</summary>
    public required Change RewardsRejected { get; init; }

    /// <summary>Share of pairs ranked rightly.</summary>
    public required Change RewardAccuracies { get; init; }

    /// <summary>Norm of the loss' gradient.</summary>
    public required Change GradNorm { get; init; }

    /// <summary>Median speed in tokens per second.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Summarises a run.</summary>
    public static RunSummary Of(TrainingRun run)
    {
        Change Of(IReadOnlyList<string> names) => Change.Of(run.Metrics.Series(names));
        double[] speed = [.. (run.Timing ?? run.Metrics).Series(MetricNames.Speed).Select(p => p.Y).Where(double.IsFinite).Order()];
        return new()
        {
            Label = run.Label,
            Seed = run.Seed,
            Steps = run.Metrics.Rows.Count > 0 ? run.Metrics.Rows[^1].Step : 0,
            Loss = Of(MetricNames.Loss),
            RewardsChosen = Of(MetricNames.ChosenReward),
            RewardsRejected = Of(MetricNames.RejectedReward),
            RewardAccuracies = Of(MetricNames.Accuracy),
            GradNorm = Of(MetricNames.Norm),
            TokensPerSecond = speed.Length > 0 ? speed[speed.Length / 2] : double.NaN,
        };
    }
}
