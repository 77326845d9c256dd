using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Training.Lora;

/// <summary>A low-rank update beside a frozen embedding: rows of W plus s · (rows of Aᵀ) Bᵀ.</summary>
internal sealed class LoraEmbedding(LoraAdapter owner, Embedding layer, double scaling, Tensor a, Tensor b) : IEmbeddingAdapter, ILoraModule
{
    /// <inheritdoc/>
    public string Module => layer.Name;

    /// <inheritdoc/>
    public Tensor BaseWeight => layer.Weight;

    /// <summary>A is [r, count], B is [dimension, r].</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters =>
        [new($"{Module}.lora_embedding_A", a), new($"{Module}.lora_embedding_B", b)];

    /// <inheritdoc/>
    public Tensor Forward(Embedding embedding, Tensor ids)
    {
        var rows = embedding.Base(ids);
        if (!owner.Enabled)
        {
            return rows;
        }

        using var scope = new TensorScope();
        using var plain = rows;
        var update = F.Linear(F.Embedding(a.Transpose(0, 1), ids), b) * scaling;
        return (rows + update.To(rows.DType)).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public Tensor MergedWeight()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        return (layer.Weight + (b.MatMul(a) * scaling).Transpose(0, 1).To(layer.Weight.DType)).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public void Attach() => layer.Adapter = this;

    /// <inheritdoc/>
    public void Detach()
    {
        if (ReferenceEquals(layer.Adapter, this))
        {
            layer.Adapter = null;
        }
    }
}
