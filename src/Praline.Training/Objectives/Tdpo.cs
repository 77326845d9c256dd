namespace Praline.Training.Objectives;

/// <summary>
/// TDPO, token-level DPO (Zeng et al. 2024, arXiv 2404.11999). With u(y) = log π/π_ref(y) and the sequential divergence
/// D(y) = Σ_t KL(π_ref(·|x, y_&lt;t) ‖ π(·|x, y_&lt;t)):
/// <para>TDPO₁ (Eq. 14): L = −log σ(β (u(y₊) − u(y₋) − (D(y₋) − D(y₊))))</para>
/// <para>TDPO₂ (Eq. 17): L = −log σ(β (u(y₊) − u(y₋) − α (D(y₋) − sg(D(y₊)))))</para>
/// </summary>
/// <param name="Beta">Temperature of DPO.</param>
/// <param name="Alpha">Weight of the divergences in TDPO₂.</param>
/// <param name="IfTdpo2">TDPO₂ rather than TDPO₁.</param>
public sealed record Tdpo(double Beta = 0.1, double Alpha = 0.5, bool IfTdpo2 = true) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "tdpo";

    /// <inheritdoc/>
    public override Requirements Requirements => Requirements.Reference | Requirements.SequentialKl;

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = (pairs.ChosenLogRatio, pairs.RejectedLogRatio);
        var (chosenKl, rejectedKl) = (pairs.Chosen.SequentialKl!, pairs.Rejected.SequentialKl!);
        var divergence = IfTdpo2 ? Alpha * (rejectedKl - chosenKl.Detach()) : rejectedKl - chosenKl;
        var losses = Logistic(Beta * (chosen - rejected - divergence));
        return new PairLoss(losses, Beta * (chosen + chosenKl).Detach(), Beta * (rejected + rejectedKl).Detach());
    }
}
