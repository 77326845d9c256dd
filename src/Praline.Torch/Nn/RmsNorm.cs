using Praline.Torch.Serialization;

namespace Praline.Torch.Nn;

/// <summary>
/// w · x / √(mean(x²) + eps), computed in single precision and rounded to the input's type before the weight, as Llama does.
/// </summary>
public sealed class RmsNorm(Weights weights, long dimension, double eps)
{
    /// <summary>[dimension]</summary>
    public Tensor Weight { get; } = weights.Get("weight", Initialization.Ones, dimension);

    /// <summary>[…, dimension] → […, dimension]</summary>
    public Tensor Forward(Tensor x) => Fused.RmsNorm(x, Weight, eps);
}
