using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>bco_pair</c>: binary classifier optimization on pairs (Jung et al. 2024, arXiv 2404.04656), without its reward shift.
/// <para>L = −log σ(β score(y₊)) − log σ(−β score(y₋))</para>
/// </summary>
public static class BcoPairLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms) =>
        -(terms.Beta * terms.ChosenScore).LogSigmoid() - (-terms.Beta * terms.RejectedScore).LogSigmoid();
}
