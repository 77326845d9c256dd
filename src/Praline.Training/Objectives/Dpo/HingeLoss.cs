using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>hinge</c>: SLiC's hinge on DPO's reward gap (Zhao et al. 2023, arXiv 2305.10425; as normalised in RSO, arXiv 2309.06657).
/// <para>L = max(0, 1 − β h)</para>
/// </summary>
public static class HingeLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms) => (1 - (terms.Beta * terms.Delta)).Relu();
}
