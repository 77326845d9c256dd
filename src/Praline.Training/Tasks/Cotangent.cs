using Praline.Torch;

namespace Praline.Training.Tasks;

/// <summary>A gradient in the tokens' log-probabilities and, for TDPO, in their divergences from the reference.</summary>
/// <param name="LogProb">∂/∂ log π(y_t): [n]</param>
/// <param name="Divergence">∂/∂ KL_t: [n]; null when nothing depends on them.</param>
internal sealed record Cotangent(Tensor LogProb, Tensor? Divergence = null)
{
    /// <summary>The sum of both parts' Euclidean norms.</summary>
    internal double Norm() => LogProb.Norm().Item<double>() + (Divergence?.Norm().Item<double>() ?? 0);
}
