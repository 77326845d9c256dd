using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Language;

/// <summary>The feed-forward block: down(act(gate(x)) · up(x)).</summary>
internal sealed class LlamaMlp(LlamaConfig config, Weights weights)
{
    private readonly Linear _gate = new(weights["gate_proj"], config.HiddenSize, config.IntermediateSize, config.MlpBias);
    private readonly Linear _up = new(weights["up_proj"], config.HiddenSize, config.IntermediateSize, config.MlpBias);
    private readonly Linear _down = new(weights["down_proj"], config.IntermediateSize, config.HiddenSize, config.MlpBias);
    private readonly Func<Tensor, Tensor>? _activation = config.HiddenAct is "silu" or "swish" ? null : Activation.Get(config.HiddenAct);

    /// <summary>[N, D] → [N, D]</summary>
    internal Tensor Forward(Tensor x)
    {
        var (gate, up) = (_gate.Forward(x), _up.Forward(x));
        return _down.Forward(_activation is null ? Fused.SwiGlu(gate, up) : _activation(gate) * up);
    }
}
