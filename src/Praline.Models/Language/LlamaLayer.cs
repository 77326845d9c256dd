using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Language;

/// <summary>One pre-norm layer: attention, then feed-forward, each added to its input.</summary>
internal sealed class LlamaLayer(LlamaConfig config, Weights weights, int layer)
{
    private readonly RmsNorm _inputNorm = new(weights["input_layernorm"], config.HiddenSize, config.RmsNormEps);
    private readonly LlamaAttention _attention = new(config, weights["self_attn"], layer);
    private readonly RmsNorm _postAttentionNorm = new(weights["post_attention_layernorm"], config.HiddenSize, config.RmsNormEps);
    private readonly LlamaMlp _mlp = new(config, weights["mlp"]);

    /// <summary>[N, D] → [N, D]</summary>
    internal Tensor Forward(Tensor x, Tensor cos, Tensor sin, IAttention attention)
    {
        using var scope = new TensorScope();
        x += _attention.Forward(_inputNorm.Forward(x), cos, sin, attention);
        return (x + _mlp.Forward(_postAttentionNorm.Forward(x))).MoveToOuterScope();
    }
}
