using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>apo_zero</c>: anchored preference optimization (D'Oosterlinck et al. 2024, arXiv 2408.06266, Eq. 7), for chosen responses that
/// are better than what the model would say.
/// <para>L = 1 − σ(β log π/π_ref(y₊)) + σ(β log π/π_ref(y₋))</para>
/// </summary>
public static class ApoZeroLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms) =>
        1 - (terms.Beta * terms.ChosenLogRatio).Sigmoid() + (terms.Beta * terms.RejectedLogRatio).Sigmoid();
}
