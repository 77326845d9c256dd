using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// ORPO (Hong et al. 2024, arXiv 2403.07691, Eq. 6 and 7). With P̄ the length-normalised likelihood and odds(y) = P̄/(1 − P̄):
/// <para>L = NLL(y₊) − β log σ(log odds(y₊) − log odds(y₋))</para>
/// The supervised term is the chosen response's; TRL counts the prompt's tokens in as well (<see cref="PairStatistics.Supervised"/>).
/// </summary>
/// <param name="Beta">Weight of the odds-ratio term (the paper's λ).</param>
public sealed record Orpo(double Beta = 0.1) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "orpo";

    /// <inheritdoc/>
    public override bool HasSupervisedTerm => true;

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = (pairs.Chosen.MeanLogProb, pairs.Rejected.MeanLogProb);
        var logOdds = chosen - rejected - (Log1MinusExp(chosen) - Log1MinusExp(rejected));
        var losses = pairs.SupervisedLoss() - (Beta * logOdds.LogSigmoid());
        return new PairLoss(losses, Beta * chosen.Detach(), Beta * rejected.Detach());
    }

    /// <summary>log(1 − eˣ) for x &lt; 0, exact where eˣ is close to 1.</summary>
    private static Tensor Log1MinusExp(Tensor x) => (-x.Expm1()).Log();

    /// <inheritdoc/>
    public override (Tensor Chosen, Tensor Rejected) ProfiledRewards(PairStatistics pairs) =>
        (pairs.Chosen.MeanLogProb, pairs.Rejected.MeanLogProb);
}
