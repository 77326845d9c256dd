using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Vision;

/// <summary>One pre-norm layer of Qwen's vision tower.</summary>
internal sealed class QwenVisionBlock
{
    private readonly QwenVisionConfig _config;
    private readonly Func<Tensor, Tensor> _norm1;
    private readonly Func<Tensor, Tensor> _norm2;
    private readonly Func<Tensor, Tensor> _activation;
    private readonly Linear _qkv;
    private readonly Linear _out;
    private readonly Linear? _gate;
    private readonly Linear _up;
    private readonly Linear _down;

    internal QwenVisionBlock(Weights weights, QwenVisionConfig config)
    {
        _config = config;
        var (hidden, inner, mlp) = (config.HiddenSize, config.IntermediateSize, weights["mlp"]);
        _norm1 = QwenVisionModel.Norm(weights["norm1"], config);
        _norm2 = QwenVisionModel.Norm(weights["norm2"], config);
        _activation = Activation.Get(config.HiddenAct);
        _qkv = new Linear(weights["attn"]["qkv"], hidden, 3 * hidden, bias: true);
        _out = new Linear(weights["attn"]["proj"], hidden, hidden, bias: true);
        _gate = config.IsVersion25 ? new Linear(mlp["gate_proj"], hidden, inner, bias: true) : null;
        _up = new Linear(mlp[config.FeedForwardNames.Up], hidden, inner, bias: true);
        _down = new Linear(mlp[config.FeedForwardNames.Down], inner, hidden, bias: true);
    }

    /// <summary>[N, hidden] → [N, hidden]; tokens see those of their own segment.</summary>
    internal Tensor Forward(Tensor x, Tensor cos, Tensor sin, AttentionSegments segments)
    {
        using var scope = new TensorScope();
        var parts = _qkv.Forward(_norm1(x)).View(-1, 3, _config.Heads, _config.HeadDim);
        var query = Fused.Rotary(parts.Select(1, 0).To(cos.DType).Contiguous(), cos, sin).To(x.DType);
        var key = Fused.Rotary(parts.Select(1, 1).To(cos.DType).Contiguous(), cos, sin).To(x.DType);
        x += _out.Forward(segments.Attend(query, key, parts.Select(1, 2)));
        return (x + FeedForward(_norm2(x))).MoveToOuterScope();
    }

    private Tensor FeedForward(Tensor x) => _gate is { } gate
        ? _down.Forward(_activation(gate.Forward(x)) * _up.Forward(x))
        : _down.Forward(_activation(_up.Forward(x)));
}
