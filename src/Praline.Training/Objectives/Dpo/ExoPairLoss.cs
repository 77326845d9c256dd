using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>exo_pair</c>: EXO on pairs (Ji et al. 2024, arXiv 2402.00856, Eq. 16), the reverse KL divergence from the smoothed label.
/// <para>L = σ(z) (log σ(z) − log(1 − ε)) + σ(−z) (log σ(−z) − log ε), z = β h</para>
/// </summary>
public static class ExoPairLoss
{
    /// <summary>Losses [n].</summary>
    /// <exception cref="PralineException">ε is not inside (0, 1).</exception>
    public static Tensor Losses(DpoTerms terms)
    {
        var epsilon = terms.LabelSmoothing;
        if (epsilon is not (> 0 and < 1))
        {
            throw new PralineException($"exo_pair needs label_smoothing between 0 and 1 (both excluded), got {epsilon}: 0.001 is usual.");
        }

        var z = terms.Beta * terms.Delta;
        return (z.Sigmoid() * (z.LogSigmoid() - Math.Log(1 - epsilon))) + ((-z).Sigmoid() * ((-z).LogSigmoid() - Math.Log(epsilon)));
    }
}
