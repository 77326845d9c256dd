using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// CPO (Xu et al. 2024, arXiv 2401.08417, Eq. 3 and 5) and its relatives as TRL's <c>CPOTrainer</c> has them:
/// <para>L = −log σ(β (log π(y₊) − log π(y₋))) + cpo_alpha · NLL(y₊)</para>
/// <c>loss_type</c> may also be <c>hinge</c>, <c>ipo</c> or <c>simpo</c> (both with mean log-probabilities). With
/// <c>alpha</c> ≠ 0 rewards are AlphaPO's (arXiv 2501.03884): r = (1 − p^(−α))/α.
/// </summary>
/// <param name="LossType"><c>sigmoid</c>, <c>hinge</c>, <c>ipo</c> or <c>simpo</c>.</param>
/// <param name="Beta">Temperature (IPO's τ).</param>
/// <param name="CpoAlpha">Weight of the supervised term.</param>
/// <param name="LabelSmoothing">Share of pairs that are believed to be labelled the wrong way round.</param>
/// <param name="SimpoGamma">SimPO's margin.</param>
/// <param name="Alpha">AlphaPO's shape parameter; 0 leaves log-probabilities as they are.</param>
public sealed record Cpo(
    string LossType = "sigmoid", double Beta = 0.1, double CpoAlpha = 1.0, double LabelSmoothing = 0, double SimpoGamma = 0.5,
    double Alpha = 0) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "cpo";

    /// <inheritdoc/>
    public override bool HasSupervisedTerm => CpoAlpha != 0;

    /// <inheritdoc/>
    /// <exception cref="PralineException">The loss type is not known.</exception>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = ProfiledRewards(pairs);
        var gap = chosen - rejected;
        var losses = LossType switch
        {
            "sigmoid" => Logistic(Beta * gap, LabelSmoothing),
            "simpo" => Logistic((Beta * gap) - SimpoGamma, LabelSmoothing),
            "hinge" => (1 - (Beta * gap)).Relu(),
            "ipo" => (gap - (1 / (2 * Beta))).Pow(2),
            _ => throw new PralineException($"CPO has no loss_type '{LossType}': expected sigmoid, hinge, ipo or simpo."),
        };
        if (CpoAlpha != 0)
        {
            losses = losses + (CpoAlpha * pairs.SupervisedLoss());
        }

        return new PairLoss(losses, Beta * chosen.Detach(), Beta * rejected.Detach());
    }

    /// <inheritdoc/>
    public override (Tensor Chosen, Tensor Rejected) ProfiledRewards(PairStatistics pairs) => LossType is "ipo" or "simpo"
        ? (Reward(pairs.Chosen.MeanLogProb), Reward(pairs.Rejected.MeanLogProb))
        : (Reward(pairs.Chosen.SumLogProb), Reward(pairs.Rejected.SumLogProb));

    private Tensor Reward(Tensor logProb) => Alpha == 0 ? logProb : (1 - (-Alpha * logProb).Exp()) / Alpha;
}
