using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Vision;

/// <summary>Multi-head self-attention without a mask, as CLIP and SigLIP have it; every projection has a bias.</summary>
public sealed class VisionAttention(Weights weights, int hidden, int heads)
{
    private static readonly Operator Fused = new("aten::scaled_dot_product_attention");
    private static readonly long[] HeadDimension = [1];

    private readonly Linear _query = new(weights["q_proj"], hidden, hidden, bias: true);
    private readonly Linear _key = new(weights["k_proj"], hidden, hidden, bias: true);
    private readonly Linear _value = new(weights["v_proj"], hidden, hidden, bias: true);
    private readonly Linear _out = new(weights["out_proj"], hidden, hidden, bias: true);
    private readonly double _scale = 1 / Math.Sqrt((double)hidden / heads);

    /// <summary>
    /// [images, tokens, hidden] → the same shape, and with <paramref name="withMetric"/> the keys' mean over heads
    /// [images, tokens, hidden / heads], which token merging compares.
    /// </summary>
    public (Tensor Output, Tensor? Metric) Forward(Tensor x, bool withMetric = false)
    {
        using var scope = new TensorScope();
        var query = Split(_query.Forward(x)); // [N, heads, T, d]
        var key = Split(_key.Forward(x));
        var value = Split(_value.Forward(x));
        var mixed = Mix(query, key, value).Transpose(1, 2).Reshape(x.Shape); // [N, T, hidden]
        var metric = withMetric ? key.Detach().Mean(HeadDimension).MoveToOuterScope() : null;
        return (_out.Forward(mixed).MoveToOuterScope(), metric);
    }

    private Tensor Split(Tensor x)
    {
        var shape = x.Shape;
        return x.View(shape[0], shape[1], heads, hidden / heads).Transpose(1, 2);
    }

    private Tensor Mix(Tensor query, Tensor key, Tensor value)
    {
        if (query.Device.Type == DeviceType.Cuda && Fused.Exists)
        {
            return Fused.Call(query, key, value);
        }

        return F.Softmax((query * _scale).MatMul(key.Transpose(2, 3))).MatMul(value);
    }
}
