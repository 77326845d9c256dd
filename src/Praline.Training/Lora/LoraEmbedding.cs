using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Training.Lora;

/// <summary>
/// A low-rank update beside a frozen embedding: rows of W plus s · (rows of Aᵀ) Bᵀ. With a magnitude m (DoRA) the columns are scaled to it:
/// m · (W + s (B A)ᵀ) / ‖W + s (B A)ᵀ‖, the norm of each column being a constant for the gradient.
/// </summary>
internal sealed class LoraEmbedding(LoraAdapter owner, Embedding layer, double scaling, Tensor a, Tensor b, Tensor? magnitude) : IEmbeddingAdapter, ILoraModule
{
    /// <inheritdoc/>
    public string Module => layer.Name;

    /// <inheritdoc/>
    public Tensor BaseWeight => layer.Weight;

    /// <summary>A is [r, count], B is [dimension, r], the magnitude is [dimension].</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters => magnitude is null
        ? [new($"{Module}.lora_embedding_A", a), new($"{Module}.lora_embedding_B", b)]
        : [new($"{Module}.lora_embedding_A", a), new($"{Module}.lora_embedding_B", b), new($"{Module}.lora_magnitude_vector", magnitude)];

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
        if (magnitude is not null)
        {
            return ((magnitude / WeightNorm()) * (rows.To(a.DType) + update)).To(rows.DType).MoveToOuterScope(); // […, D]
        }

        return (rows + update.To(rows.DType)).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public Tensor MergedWeight()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var merged = layer.Weight.To(a.DType) + (b.MatMul(a) * scaling).Transpose(0, 1); // [count, D]
        return (magnitude is null ? merged : merged * (magnitude / WeightNorm())).To(layer.Weight.DType).MoveToOuterScope();
    }

    /// <summary>‖W + s (B A)ᵀ‖ per column: [dimension].</summary>
    internal Tensor WeightNorm()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var sum = layer.Weight.To(a.DType) + (b.MatMul(a) * scaling).Transpose(0, 1);
        return (sum * sum).Sum([0]).Sqrt().MoveToOuterScope();
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
