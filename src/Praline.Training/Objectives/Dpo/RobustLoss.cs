using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>robust</c>: robust DPO (Chowdhury et al. 2024, arXiv 2403.00409), unbiased under labels that are flipped with probability ε.
/// <para>L = (−(1 − ε) log σ(β h) + ε log σ(−β h)) / (1 − 2ε)</para>
/// </summary>
public static class RobustLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms)
    {
        var (z, epsilon) = (terms.Beta * terms.Delta, terms.LabelSmoothing);
        return ((-(1 - epsilon) * z.LogSigmoid()) + (epsilon * (-z).LogSigmoid())) / (1 - (2 * epsilon));
    }
}
