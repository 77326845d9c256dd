using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// TPO, triple preference optimization (Saeidi et al. 2024, arXiv 2405.16681), as TRL's <c>TPOTrainer</c> has it:
/// <para>L = −log σ(β (log π(y₊) − log π(y₋))) + tpo_alpha · NLL(y_gold)</para>
/// <c>tpo-l</c> is the length-normalised form with a margin: −log σ(β (mean log π(y₊) − mean log π(y₋)) − γ).
/// Without a gold response the chosen one is the gold one.
/// </summary>
/// <param name="LossType"><c>sigmoid</c>, <c>hinge</c>, <c>ipo</c> or <c>tpo-l</c>.</param>
/// <param name="Beta">Temperature (IPO's τ).</param>
/// <param name="TpoAlpha">Weight of the supervised term.</param>
/// <param name="LabelSmoothing">Share of pairs that are believed to be labelled the wrong way round.</param>
/// <param name="TpoLGamma">Margin of <c>tpo-l</c>.</param>
public sealed record Tpo(
    string LossType = "sigmoid", double Beta = 0.01, double TpoAlpha = 1.0, double LabelSmoothing = 0, double TpoLGamma = 0.5)
    : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "tpo";

    /// <inheritdoc/>
    public override bool HasSupervisedTerm => TpoAlpha != 0;

    /// <inheritdoc/>
    /// <exception cref="PralineException">The loss type is not known.</exception>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = ProfiledRewards(pairs);
        var gap = chosen - rejected;
        var losses = LossType switch
        {
            "sigmoid" => Logistic(Beta * gap, LabelSmoothing),
            "tpo-l" => Logistic((Beta * gap) - TpoLGamma, LabelSmoothing),
            "hinge" => (1 - (Beta * gap)).Relu(),
            "ipo" => (gap - (1 / (2 * Beta))).Pow(2),
            _ => throw new PralineException($"TPO has no loss_type '{LossType}': expected sigmoid, hinge, ipo or tpo-l."),
        };
        if (TpoAlpha != 0)
        {
            losses = losses + (TpoAlpha * pairs.SupervisedLoss());
        }

        return new PairLoss(losses, Beta * chosen.Detach(), Beta * rejected.Detach());
    }

    /// <inheritdoc/>
    public override (Tensor Chosen, Tensor Rejected) ProfiledRewards(PairStatistics pairs) => LossType is "ipo" or "tpo-l"
        ? (pairs.Chosen.MeanLogProb, pairs.Rejected.MeanLogProb)
        : (pairs.Chosen.SumLogProb, pairs.Rejected.SumLogProb);
}
