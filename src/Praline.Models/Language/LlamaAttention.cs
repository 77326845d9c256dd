using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Language;

/// <summary>The attention block: projections, rotary positions, and whatever <see cref="IAttention"/> decides who sees whom.</summary>
internal sealed class LlamaAttention(LlamaConfig config, Weights weights, int layer)
{
    private readonly Linear _query = new(weights["q_proj"], config.HiddenSize, (long)config.NumAttentionHeads * config.HeadDim, config.QkvBias);
    private readonly Linear _key = new(weights["k_proj"], config.HiddenSize, (long)config.NumKeyValueHeads * config.HeadDim, config.QkvBias);
    private readonly Linear _value = new(weights["v_proj"], config.HiddenSize, (long)config.NumKeyValueHeads * config.HeadDim, config.QkvBias);
    private readonly Linear _output = new(weights["o_proj"], (long)config.NumAttentionHeads * config.HeadDim, config.HiddenSize, config.OutputBias);

    private readonly RmsNorm? _queryNorm = config.QkNorm ? new(weights["q_norm"], config.HeadDim, config.RmsNormEps) : null;
    private readonly RmsNorm? _keyNorm = config.QkNorm ? new(weights["k_norm"], config.HeadDim, config.RmsNormEps) : null;

    /// <summary>[N, D] → [N, D]</summary>
    internal Tensor Forward(Tensor x, Tensor cos, Tensor sin, IAttention attention)
    {
        var q = _query.Forward(x).View(-1, config.NumAttentionHeads, config.HeadDim);
        var k = _key.Forward(x).View(-1, config.NumKeyValueHeads, config.HeadDim);
        var v = _value.Forward(x).View(-1, config.NumKeyValueHeads, config.HeadDim);
        if (_queryNorm is not null && _keyNorm is not null)
        {
            (q, k) = (_queryNorm.Forward(q), _keyNorm.Forward(k)); // each head by itself: [N, heads, HeadDim]
        }

        q = Fused.Rotary(q, cos, sin);
        k = Fused.Rotary(k, cos, sin);
        return _output.Forward(attention.Attend(layer, q, k, v));
    }
}
