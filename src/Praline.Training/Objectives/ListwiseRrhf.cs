using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// RRHF on rankings of any length (Yuan et al. 2023, arXiv 2304.05302, Eq. 2 to 5). With p = log π(y)/|y|, responses in order from
/// best to worst:
/// <para>L = Σ_{i better than j} max(0, p_j − p_i) − λ log π(y_best)</para>
/// </summary>
public static class ListwiseRrhf
{
    /// <summary>The loss of one prompt's ranked responses: a scalar.</summary>
    /// <param name="ranked">The k responses of one prompt, best first.</param>
    /// <param name="lambda">Weight of the supervised term.</param>
    public static Tensor Loss(ResponseStatistics ranked, double lambda = 1.0)
    {
        var p = ranked.MeanLogProb;
        var gaps = p.Unsqueeze(0) - p.Unsqueeze(1); // [i, j] = p_j − p_i
        return gaps.Triu(1).Relu().Sum() - (lambda * ranked.SumLogProb.Select(0, 0));
    }
}
