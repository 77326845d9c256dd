using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>discopop</c>: the log-ratio modulated loss that was discovered by a language model (Lu et al. 2024, arXiv 2406.08414, Eq. 5).
/// <para>L = −(1 − m) log σ(z) + m e^(−z), z = β h, m = σ(z/τ)</para>
/// </summary>
public static class DiscopopLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms)
    {
        var z = terms.Beta * terms.Delta;
        var blend = (z / terms.DiscopopTau).Sigmoid();
        return (-z.LogSigmoid() * (1 - blend)) + ((-z).Exp() * blend);
    }
}
