using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>apo_down</c>: anchored preference optimization (D'Oosterlinck et al. 2024, arXiv 2408.06266, Eq. 8), for chosen responses that
/// are worse than what the model would say.
/// <para>L = σ(β log π/π_ref(y₊)) + 1 − σ(β h)</para>
/// </summary>
public static class ApoDownLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms) =>
        (terms.Beta * terms.ChosenLogRatio).Sigmoid() + 1 - (terms.Beta * terms.Delta).Sigmoid();
}
