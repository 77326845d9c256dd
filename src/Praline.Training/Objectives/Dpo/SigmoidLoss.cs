using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>sigmoid</c>: DPO itself (Rafailov et al. 2023, arXiv 2305.18290, Eq. 7).
/// <para>L = −log σ(β h)</para>
/// </summary>
public static class SigmoidLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms) => -(terms.Beta * terms.Delta).LogSigmoid();
}
