namespace Praline.Training.Objectives;

/// <summary>
/// SLiC-HF (Zhao et al. 2023, arXiv 2305.10425, Eq. 1):
/// <para>L = max(0, δ − log π(y₊) + log π(y₋)) − λ log π(y₊)</para>
/// </summary>
/// <param name="Delta">The margin in log-probability.</param>
/// <param name="Lambda">Weight of the supervised term.</param>
public sealed record SlicHf(double Delta = 1.0, double Lambda = 0.1) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "slic_hf";

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = (pairs.Chosen.SumLogProb, pairs.Rejected.SumLogProb);
        var losses = (Delta - chosen + rejected).Relu() - (Lambda * chosen);
        return new PairLoss(losses, chosen.Detach(), rejected.Detach());
    }
}
