namespace Praline.Training.Objectives;

/// <summary>
/// SimPO (Meng et al. 2024, arXiv 2405.14734, Eq. 6):
/// <para>L = −log σ(β/|y₊| log π(y₊) − β/|y₋| log π(y₋) − γ)</para>
/// </summary>
/// <param name="Beta">Scale of the length-normalised reward.</param>
/// <param name="Gamma">The margin that the chosen reward should keep.</param>
/// <param name="LabelSmoothing">Share of pairs that are believed to be labelled the wrong way round.</param>
public sealed record SimPo(double Beta = 2.0, double Gamma = 1.0, double LabelSmoothing = 0) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "simpo";

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var chosen = Beta * pairs.Chosen.MeanLogProb;
        var rejected = Beta * pairs.Rejected.MeanLogProb;
        return new PairLoss(Logistic(chosen - rejected - Gamma, LabelSmoothing), chosen.Detach(), rejected.Detach());
    }

    /// <inheritdoc/>
    public override (Torch.Tensor Chosen, Torch.Tensor Rejected) ProfiledRewards(PairStatistics pairs) =>
        (pairs.Chosen.MeanLogProb, pairs.Rejected.MeanLogProb);
}
