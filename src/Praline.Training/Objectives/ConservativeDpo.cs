namespace Praline.Training.Objectives;

/// <summary>
/// Conservative DPO (Mitchell 2023, "A note on DPO with noisy preferences"):
/// <para>L = −(1 − ε) log σ(z) − ε log σ(−z), z = β (log π/π_ref(y₊) − log π/π_ref(y₋))</para>
/// </summary>
/// <param name="Beta">Temperature of DPO.</param>
/// <param name="Eps">The probability that a label is flipped.</param>
public sealed record ConservativeDpo(double Beta = 0.1, double Eps = 0.1) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "cdpo";

    /// <inheritdoc/>
    public override Requirements Requirements => Requirements.Reference;

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        var (chosen, rejected) = (Beta * pairs.ChosenLogRatio, Beta * pairs.RejectedLogRatio);
        return new PairLoss(Logistic(chosen - rejected, Eps), chosen.Detach(), rejected.Detach());
    }
}
