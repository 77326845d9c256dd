namespace Praline.Training.Objectives;

/// <summary>
/// DPO-positive (Pal et al. 2024, arXiv 2402.13228, Eq. 3): DPO with a penalty when the chosen response's likelihood falls
/// below the reference's:
/// <para>L = −log σ(β (log π/π_ref(y₊) − log π/π_ref(y₋) − λ max(0, log π_ref/π(y₊))))</para>
/// </summary>
/// <param name="Beta">Temperature of DPO.</param>
/// <param name="Lambda">Weight of the penalty.</param>
public sealed record DpoPositive(double Beta = 0.1, double Lambda = 5.0) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "dpop";

    /// <inheritdoc/>
    public override Requirements Requirements => Requirements.Reference;

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = (pairs.ChosenLogRatio, pairs.RejectedLogRatio);
        var losses = Logistic(Beta * (chosen - rejected - (Lambda * (-chosen).Relu())));
        return new PairLoss(losses, Beta * chosen.Detach(), Beta * rejected.Detach());
    }
}
