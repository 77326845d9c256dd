using Praline.Torch.Serialization;

namespace Praline.Torch.Nn;

/// <summary>Rows of a table by id.</summary>
public sealed class Embedding
{
    /// <summary>Takes <c>weight</c> [count, dimension].</summary>
    public Embedding(Weights weights, long count, long dimension)
    {
        Name = weights.Prefix;
        Weight = weights.Get("weight", Initialization.Normal, count, dimension);
        weights.Store.Register(Name, this);
    }

    /// <summary>The module's name in the checkpoint.</summary>
    public string Name { get; }

    /// <summary>[count, dimension]</summary>
    public Tensor Weight { get; }

    /// <summary>What is added to the looked-up rows; null when there is none.</summary>
    public IEmbeddingAdapter? Adapter { get; set; }

    /// <summary>Int64 […] → […, dimension]</summary>
    public Tensor Forward(Tensor ids) => Adapter is { } adapter ? adapter.Forward(this, ids) : Base(ids);

    /// <summary>The rows without the adapter.</summary>
    public Tensor Base(Tensor ids) => F.Embedding(Weight, ids);
}
