namespace Praline.Training.Objectives;

/// <summary>
/// R-DPO, DPO with a length regulariser (Park et al. 2024, arXiv 2403.19159, Eq. 9):
/// <para>L = −log σ(β Δ + α |y₊| − α |y₋|), Δ = log π/π_ref(y₊) − log π/π_ref(y₋)</para>
/// </summary>
/// <param name="Beta">Temperature of DPO.</param>
/// <param name="Alpha">Weight per token of length difference.</param>
public sealed record RDpo(double Beta = 0.1, double Alpha = 0.05) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "rdpo";

    /// <inheritdoc/>
    public override Requirements Requirements => Requirements.Reference;

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = (Beta * pairs.ChosenLogRatio, Beta * pairs.RejectedLogRatio);
        var lengths = Alpha * (pairs.Chosen.TokenCount - pairs.Rejected.TokenCount);
        return new PairLoss(Logistic(chosen - rejected + lengths), chosen.Detach(), rejected.Detach());
    }
}
