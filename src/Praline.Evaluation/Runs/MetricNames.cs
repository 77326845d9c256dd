namespace Praline.Evaluation;

/// <summary>
/// The names under which trainings log a quantity, ours (TRL's) first, then those of the published SynPO scripts: logs of both can be
/// compared in one figure.
/// </summary>
public static class MetricNames
{
    /// <summary>Reward of the chosen response.</summary>
    public static IReadOnlyList<string> ChosenReward { get; } = ["rewards/chosen", "pos_rewards"];

    /// <summary>Reward of the rejected response.</summary>
    public static IReadOnlyList<string> RejectedReward { get; } = ["rewards/rejected", "neg_rewards"];

    /// <summary>Chosen minus rejected reward.</summary>
    public static IReadOnlyList<string> Margin { get; } = ["rewards/margins"];

    /// <summary>Share of pairs whose chosen reward is the higher.</summary>
    public static IReadOnlyList<string> Accuracy { get; } = ["rewards/accuracies"];

    /// <summary>Norm of the chosen side's gradient, ‖∂r₊/∂θ‖.</summary>
    public static IReadOnlyList<string> ChosenNorm { get; } = ["grad_norm/chosen", "f_norm/chosen", "pos_l2_norm"];

    /// <summary>Norm of the rejected side's gradient, ‖∂r₋/∂θ‖.</summary>
    public static IReadOnlyList<string> RejectedNorm { get; } = ["grad_norm/rejected", "f_norm/rejected", "neg_l2_norm"];

    /// <summary>Norm of the loss' gradient.</summary>
    public static IReadOnlyList<string> Norm { get; } = ["grad_norm", "normalized_gradient_l2_norm"];

    /// <summary>The loss.</summary>
    public static IReadOnlyList<string> Loss { get; } = ["loss"];

    /// <summary>Speed in tokens per second.</summary>
    public static IReadOnlyList<string> Speed { get; } = ["tokens_per_second"];
}
