using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Vision;

/// <summary>SigLIP's pooling: one learned query attends to all tokens, then a feed-forward block.</summary>
internal sealed class SiglipPoolingHead
{
    private readonly SiglipVisionConfig _config;
    private readonly Tensor _probe;
    private readonly Tensor _inWeight;
    private readonly Tensor _inBias;
    private readonly Linear _out;
    private readonly LayerNorm _norm;
    private readonly Linear _up;
    private readonly Linear _down;

    internal SiglipPoolingHead(Weights weights, SiglipVisionConfig config)
    {
        _config = config;
        var hidden = config.HiddenSize;
        _probe = weights.Get("probe", Initialization.Normal, 1, 1, hidden);
        _inWeight = weights["attention"].Get("in_proj_weight", Initialization.Normal, 3 * hidden, hidden);
        _inBias = weights["attention"].Get("in_proj_bias", Initialization.Zeros, 3 * hidden);
        _out = new Linear(weights["attention"]["out_proj"], hidden, hidden, bias: true);
        _norm = new LayerNorm(weights["layernorm"], hidden, config.LayerNormEps);
        _up = new Linear(weights["mlp"]["fc1"], hidden, config.IntermediateSize, bias: true);
        _down = new Linear(weights["mlp"]["fc2"], config.IntermediateSize, hidden, bias: true);
    }

    /// <summary>[images, tokens, hidden] → [images, hidden]</summary>
    internal Tensor Forward(Tensor x)
    {
        using var scope = new TensorScope();
        var (images, hidden, width) = (x.Size(0), (long)_config.HiddenSize, _config.HiddenSize / _config.Heads);
        Tensor Project(Tensor input, int part) => F.Linear(
            input, _inWeight.Narrow(0, part * hidden, hidden), _inBias.Narrow(0, part * hidden, hidden))
            .View(images, -1, _config.Heads, width).Transpose(1, 2); // [N, heads, T, d]

        var query = Project(_probe.Expand(images, 1, hidden), 0) * (1 / Math.Sqrt(width));
        var scores = F.Softmax(query.MatMul(Project(x, 1).Transpose(2, 3)));
        var pooled = _out.Forward(scores.MatMul(Project(x, 2)).Transpose(1, 2).Reshape(images, hidden));
        return (pooled + _down.Forward(Activation.Get(_config.HiddenAct)(_up.Forward(_norm.Forward(pooled))))).MoveToOuterScope();
    }
}
