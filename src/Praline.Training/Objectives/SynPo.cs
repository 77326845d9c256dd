using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// SynPO (Dang et al. 2025, arXiv 2506.00835). With the geometric mean probability p̄(y) = exp(1/|y| Σ_t log π(y_t)) and the
/// arithmetic one q̄(y) = 1/|y| Σ_t π(y_t):
/// <para>L = −σ(α (p̄(y₊) − p̄(y₋))) − β q̄(y₊)</para>
/// No reference model. The second term keeps the likelihood of the chosen responses, and with it grammar, from falling.
/// </summary>
/// <param name="Alpha">Steepness of the ranking term; the gap between rewards that is worth widening shrinks as it grows.</param>
/// <param name="Beta">Weight of the retaining term.</param>
public sealed record SynPo(double Alpha = 30, double Beta = 0.2) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "synpo";

    /// <summary>Losses [n]; the logged rewards are mean log-probabilities, as in the authors' logs.</summary>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = (pairs.Chosen.MeanLogProb, pairs.Rejected.MeanLogProb);
        var ranking = (Alpha * (chosen.Exp() - rejected.Exp())).Sigmoid();
        var losses = -ranking - (Beta * pairs.Chosen.MeanProbability!);
        return new PairLoss(losses, chosen.Detach(), rejected.Detach());
    }

    /// <inheritdoc/>
    public override (Tensor Chosen, Tensor Rejected) ProfiledRewards(PairStatistics pairs) =>
        (pairs.Chosen.MeanLogProb.Exp(), pairs.Rejected.MeanLogProb.Exp());
}
