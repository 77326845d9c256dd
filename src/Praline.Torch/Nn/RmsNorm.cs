using Praline.Torch.Serialization;

namespace Praline.Torch.Nn;

/// <summary>
/// w · x / √(mean(x²) + eps), computed in single precision and rounded to the input's type before the weight, as Llama does.
/// </summary>
public sealed class RmsNorm(Weights weights, long dimension, double eps)
{
    private static readonly long[] Last = [-1];

    /// <summary>[dimension]</summary>
    public Tensor Weight { get; } = weights.Get("weight", Initialization.Ones, dimension);

    /// <summary>[…, dimension] → […, dimension]</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = new TensorScope();
        var type = x.DType;
        var wide = type is DType.Float64 ? x : x.To(DType.Float32);
        var scale = ((wide * wide).Mean(Last, keepDim: true) + eps).Rsqrt();
        return (Weight * (wide * scale).To(type)).MoveToOuterScope();
    }
}
