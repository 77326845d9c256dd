using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// RRHF on rankings of any length (Yuan et al. 2023, arXiv 2304.05302, Eq. 2 to 5). With p = log π(y)/|y|, responses in order from
/// best to worst:
/// <para>L = Σ_{i better than j} max(0, p_j − p_i) − λ log π(y_best)</para>
/// </summary>
/// <param name="Lambda">Weight of the supervised term.</param>
public sealed record ListwiseRrhf(double Lambda = 1.0) : ListObjective
{
    /// <inheritdoc/>
    public override string Name => "listwise_rrhf";

    /// <inheritdoc/>
    public override Tensor Loss(ResponseStatistics ranked, ResponseStatistics? reference)
    {
        var p = ranked.MeanLogProb;
        var gaps = p.Unsqueeze(0) - p.Unsqueeze(1); // [i, j] = p_j − p_i
        return gaps.Triu(1).Relu().Sum() - (Lambda * ranked.SumLogProb.Select(0, 0));
    }

    /// <inheritdoc/>
    public override Tensor Rewards(ResponseStatistics ranked, ResponseStatistics? reference) => ranked.MeanLogProb.Detach();

    /// <inheritdoc/>
    public override Tensor ProfiledRewards(ResponseStatistics ranked) => ranked.MeanLogProb;
}
