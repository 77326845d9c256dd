using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>ipo</c>: identity preference optimization (Azar et al. 2023, arXiv 2310.12036, Eq. 17), on scores averaged over tokens, as its
/// authors recommend.
/// <para>L = (score(y₊)/|y₊| − score(y₋)/|y₋| − 1/(2β))²</para>
/// </summary>
public static class IpoLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms)
    {
        var gap = (terms.ChosenScore / terms.Pairs.Chosen.TokenCount) - (terms.RejectedScore / terms.Pairs.Rejected.TokenCount);
        return (gap - (1 / (2 * terms.Beta))).Pow(2);
    }
}
