using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>sft</c>: cross-entropy of the chosen responses, to be mixed with a preference loss (as in MPO, arXiv 2411.10442, and RPO).
/// <para>L = −(1/Σ|y₊|) Σ log π(y₊)</para>
/// </summary>
public static class SftLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms) => terms.Pairs.SupervisedLoss();
}
