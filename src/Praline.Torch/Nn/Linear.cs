using Praline.Torch.Serialization;

namespace Praline.Torch.Nn;

/// <summary>y = x · Wᵀ + b, with a place for an adapter (LoRA).</summary>
public sealed class Linear
{
    /// <summary>Takes <c>weight</c> [out, in] and, if asked, <c>bias</c> [out].</summary>
    public Linear(Weights weights, long inFeatures, long outFeatures, bool bias)
    {
        Name = weights.Prefix;
        Weight = weights.Get("weight", Initialization.Normal, outFeatures, inFeatures);
        Bias = bias ? weights.Get("bias", Initialization.Zeros, outFeatures) : null;
        weights.Store.Register(Name, this);
    }

    /// <summary>Shares another module's weight (tied heads).</summary>
    public Linear(Weights weights, Tensor weight)
    {
        Name = weights.Prefix;
        Weight = weight;
        weights.Store.Register(Name, this);
    }

    /// <summary>The module's name in the checkpoint.</summary>
    public string Name { get; }

    /// <summary>[out, in]</summary>
    public Tensor Weight { get; private set; }

    /// <summary>[out], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>What is added to or put in place of the layer's output; null when there is none.</summary>
    public ILinearAdapter? Adapter { get; set; }

    /// <summary>Gives a tied head a weight of its own: a copy, which is the store's parameter <c>NAME.weight</c> from then on.</summary>
    public void Untie(ParameterStore store)
    {
        Weight = Weight.Detach().Clone();
        store.Add($"{Name}.weight", Weight);
    }

    /// <summary>[…, in] → […, out]</summary>
    public Tensor Forward(Tensor x) => Adapter is { } adapter ? adapter.Forward(this, x) : Base(x);

    /// <summary>The layer without its adapter.</summary>
    public Tensor Base(Tensor x) => F.Linear(x, Weight, Bias);
}
