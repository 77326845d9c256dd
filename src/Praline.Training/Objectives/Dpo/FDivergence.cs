using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// f-DPO (Wang et al. 2023, arXiv 2309.16240): the score of a response is f′(π/π_ref) for the divergence that holds the policy to
/// the reference, constants dropped, since only differences count.
/// </summary>
public static class FDivergence
{
    /// <summary>The names that are known.</summary>
    public static IReadOnlyList<string> Names { get; } = ["reverse_kl", "forward_kl", "js_divergence", "alpha_divergence"];

    /// <summary>
    /// <c>reverse_kl</c>: u (DPO); <c>forward_kl</c>: −e^(−u); <c>js_divergence</c>: log σ(u); <c>alpha_divergence</c>:
    /// e^((α−1)u)/(α−1), which tends to u as α → 1; with u = log π/π_ref, [n].
    /// </summary>
    /// <exception cref="PralineException">The name is not known.</exception>
    public static Tensor Score(string name, Tensor logRatio, double alpha)
    {
        switch (name)
        {
            case "reverse_kl":
            case "alpha_divergence" when Math.Abs(alpha - 1) < 1e-6:
                return logRatio;
            case "forward_kl":
                return -(-logRatio).Exp();
            case "js_divergence":
                return logRatio.LogSigmoid();
            case "alpha_divergence":
                // The exponent is bounded so that the exponential stays finite in the type at hand.
                var largest = logRatio.DType == DType.Float16 ? 11.0 : 80.0;
                return ((alpha - 1) * logRatio).Clamp(max: largest).Exp() / (alpha - 1);
            default:
                throw new PralineException($"Unknown f_divergence_type '{name}': expected one of {string.Join(", ", Names)}.");
        }
    }
}
