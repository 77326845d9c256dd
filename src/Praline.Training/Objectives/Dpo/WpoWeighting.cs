using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// WPO (Zhou et al. 2024, arXiv 2406.11827, Eq. 2): pairs count as much as the policy itself would produce them, with the
/// token probabilities aligned by the policy's own concentration Σ_v π(v)².
/// </summary>
public static class WpoWeighting
{
    /// <summary>w = exp(mean_t aligned log π(y₊)) · exp(mean_t aligned log π(y₋)): [n], a constant for the gradient.</summary>
    public static Tensor Weights(PairStatistics pairs) =>
        (pairs.Chosen.MeanAlignedLogProb! + pairs.Rejected.MeanAlignedLogProb!).Detach().Exp();
}
