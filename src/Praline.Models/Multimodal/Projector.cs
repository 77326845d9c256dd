using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Multimodal;

/// <summary>From the vision tower's width to the language model's: linear layers with an activation between each two.</summary>
public sealed class Projector
{
    private readonly Linear[] _layers;
    private readonly Func<Tensor, Tensor> _activation;

    private Projector(Linear[] layers, string activation)
    {
        _layers = layers;
        _activation = Activation.Get(activation);
    }

    /// <summary>AuroraCap's: <c>model.0</c>, <c>model.2</c>… (the odd numbers are the activations of the sequence).</summary>
    public static Projector Aurora(Weights weights, ProjectorConfig config) => new(
        [.. Enumerable.Range(0, config.Depth).Select(i => new Linear(
            weights["model"][2 * i], i == 0 ? config.VisualHiddenSize : config.LlmHiddenSize, config.LlmHiddenSize, config.Bias))],
        config.HiddenAct);

    /// <summary>LLaVA's: <c>linear_1</c>, <c>linear_2</c>.</summary>
    public static Projector Llava(Weights weights, int visualHidden, int languageHidden, string activation, bool bias = true) => new(
        [
            new Linear(weights["linear_1"], visualHidden, languageHidden, bias),
            new Linear(weights["linear_2"], languageHidden, languageHidden, bias),
        ],
        activation);

    /// <summary>[…, visual hidden] → […, language hidden]</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = new TensorScope();
        x = _layers[0].Forward(x);
        foreach (var layer in _layers.AsSpan(1))
        {
            x = layer.Forward(_activation(x));
        }

        return x.MoveToOuterScope();
    }
}
