using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>nca_pair</c>: noise contrastive alignment on pairs (Chen et al. 2024, arXiv 2402.05369).
/// <para>L = −log σ(r₊) − ½ log σ(−r₊) − ½ log σ(−r₋), r = β score</para>
/// </summary>
public static class NcaPairLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms)
    {
        var (chosen, rejected) = (terms.Beta * terms.ChosenScore, terms.Beta * terms.RejectedScore);
        return -chosen.LogSigmoid() - (0.5 * (-chosen).LogSigmoid()) - (0.5 * (-rejected).LogSigmoid());
    }
}
