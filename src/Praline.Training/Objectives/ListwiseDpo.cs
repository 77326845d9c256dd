using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// DPO under the Plackett–Luce model for rankings of any length (Rafailov et al. 2023, arXiv 2305.18290, Eq. 20). With
/// r = β log π/π_ref(y), responses in order from best to worst:
/// <para>L = −Σ_k (r_k − log Σ_{j ≥ k} e^{r_j})</para>
/// For two responses it is DPO.
/// </summary>
/// <param name="Beta">Temperature.</param>
public sealed record ListwiseDpo(double Beta = 0.1) : ListObjective
{
    /// <inheritdoc/>
    public override string Name => "listwise_dpo";

    /// <inheritdoc/>
    public override Requirements Requirements => Requirements.Reference;

    /// <inheritdoc/>
    public override Tensor Loss(ResponseStatistics ranked, ResponseStatistics? reference)
    {
        var rewards = Beta * (ranked.SumLogProb - reference!.SumLogProb);
        var count = rewards.Size(0);
        var rows = rewards.Unsqueeze(0).Expand(count, count); // row k holds all rewards; those before k are masked away
        var before = Tensor.Ones([count, count], device: rewards.Device).Tril(-1).Gt(0);
        var remaining = rows.MaskedFill(before, double.NegativeInfinity).LogSumExp(1);
        return (remaining - rewards).Sum();
    }

    /// <inheritdoc/>
    public override Tensor Rewards(ResponseStatistics ranked, ResponseStatistics? reference) =>
        Beta * (ranked.SumLogProb - reference!.SumLogProb).Detach();
}
