namespace Praline.Torch.Nn;

/// <summary>Something trained beside a frozen embedding.</summary>
public interface IEmbeddingAdapter
{
    /// <summary>The adapted rows: Int64 […] → […, dimension].</summary>
    Tensor Forward(Embedding embedding, Tensor ids);
}
