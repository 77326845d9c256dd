using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>sppo_hard</c>: self-play preference optimization with hard labels (Wu et al. 2024, arXiv 2405.00675, Eq. 4.7).
/// <para>L = (score(y₊) − 1/(2β))² + (score(y₋) + 1/(2β))²</para>
/// </summary>
public static class SppoHardLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms) =>
        (terms.ChosenScore - (0.5 / terms.Beta)).Pow(2) + (terms.RejectedScore + (0.5 / terms.Beta)).Pow(2);
}
