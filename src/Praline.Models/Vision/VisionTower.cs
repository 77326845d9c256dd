using Praline.Torch;

namespace Praline.Models.Vision;

/// <summary>A vision transformer that turns pixels into features for a language model.</summary>
public abstract class VisionTower
{
    /// <summary>Width of the features.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Pixels per side of a patch.</summary>
    public abstract int PatchSize { get; }

    /// <summary>Pixels per side of the images it was trained on.</summary>
    public abstract int ImageSize { get; }

    /// <summary>True when the first token of each hidden state is a class token.</summary>
    public abstract bool HasClassToken { get; }

    /// <summary>The type of the weights.</summary>
    public abstract DType DType { get; }

    /// <summary>Compute layers a second time in the backward pass instead of keeping what they computed; where every state is asked for, they are kept.</summary>
    public bool Checkpointing { get; set; }

    /// <summary>
    /// The state before the first layer (0), after the first (1)… or counted from the end (−1 is the last): one hidden state,
    /// running no layer beyond it.
    /// </summary>
    /// <param name="pixels">[images, channels, height, width], normalised</param>
    /// <param name="hiddenState">Which state.</param>
    /// <param name="keptRatio">Share of tokens to keep, in (0, 1]; towers that can't merge tokens take only 1.</param>
    /// <returns>[images, tokens, hidden], a class token included</returns>
    public abstract Tensor HiddenState(Tensor pixels, int hiddenState, double keptRatio = 1);

    /// <summary>A hidden state without its class token: [images, patches, hidden].</summary>
    public Tensor Features(Tensor pixels, int hiddenState = -2, double keptRatio = 1)
    {
        using var scope = new TensorScope();
        var state = HiddenState(pixels, hiddenState, keptRatio);
        return (HasClassToken ? state.Slice(1, 1) : state).MoveToOuterScope();
    }

    /// <summary>The index of a hidden state counted from the first.</summary>
    /// <exception cref="PralineException">There is no such state.</exception>
    protected static int LayersFor(int hiddenState, int layers)
    {
        var index = hiddenState < 0 ? layers + 1 + hiddenState : hiddenState;
        return index >= 0 && index <= layers
            ? index
            : throw new PralineException($"There is no hidden state {hiddenState}: the vision tower has {layers} layers.");
    }
}
