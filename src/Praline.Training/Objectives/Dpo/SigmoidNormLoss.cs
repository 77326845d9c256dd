using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>sigmoid_norm</c>: DPO on scores averaged over tokens (the length-normalised form of Tülu 3, arXiv 2411.15124, Eq. 6).
/// <para>L = −log σ(β (score(y₊)/|y₊| − score(y₋)/|y₋|))</para>
/// </summary>
public static class SigmoidNormLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms)
    {
        var gap = (terms.ChosenScore / terms.Pairs.Chosen.TokenCount) - (terms.RejectedScore / terms.Pairs.Rejected.TokenCount);
        return -(terms.Beta * gap).LogSigmoid();
    }
}
