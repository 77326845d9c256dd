using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// DPO under the Plackett–Luce model for rankings of any length (Rafailov et al. 2023, arXiv 2305.18290, Eq. 20). With
/// r = β log π/π_ref(y), responses in order from best to worst:
/// <para>L = −Σ_k (r_k − log Σ_{j ≥ k} e^{r_j})</para>
/// For two responses it is DPO.
/// </summary>
public static class ListwiseDpo
{
    /// <summary>The loss of one prompt's ranked responses: a scalar.</summary>
    /// <param name="ranked">The k responses of one prompt under the policy, best first.</param>
    /// <param name="reference">The same under the reference.</param>
    /// <param name="beta">Temperature.</param>
    public static Tensor Loss(ResponseStatistics ranked, ResponseStatistics reference, double beta = 0.1)
    {
        var rewards = beta * (ranked.SumLogProb - reference.SumLogProb);
        var count = rewards.Size(0);
        var rows = rewards.Unsqueeze(0).Expand(count, count); // row k holds all rewards; those before k are masked away
        var before = Tensor.Ones([count, count]).Tril(-1).Gt(0).To(rewards.Device);
        var remaining = rows.MaskedFill(before, double.NegativeInfinity).LogSumExp(1);
        return (remaining - rewards).Sum();
    }
}
