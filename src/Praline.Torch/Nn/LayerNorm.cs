using Praline.Torch.Serialization;

namespace Praline.Torch.Nn;

/// <summary>Layer normalisation over the last dimension.</summary>
public sealed class LayerNorm(Weights weights, long dimension, double eps)
{
    /// <summary>[dimension]</summary>
    public Tensor Weight { get; } = weights.Get("weight", Initialization.Ones, dimension);

    /// <summary>[dimension]</summary>
    public Tensor Bias { get; } = weights.Get("bias", Initialization.Zeros, dimension);

    /// <summary>[…, dimension] → […, dimension]</summary>
    public Tensor Forward(Tensor x) => F.LayerNorm(x, Weight, Bias, eps);
}
