using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Training.Lora;

/// <summary>
/// A linear layer that the adapter brings whole (PEFT's <c>modules_to_save</c>): its own weight in place of the model's, which stays as it is.
/// So a head that is tied to a whole embedding keeps the old weight, and a tied embedding keeps it beside a whole head.
/// </summary>
/// <param name="owner">The adapter.</param>
/// <param name="module">The layer's name.</param>
/// <param name="layer">The layer.</param>
/// <param name="weight">[out, in]</param>
/// <param name="bias">[out], or null where the layer has none.</param>
/// <param name="tied">Whether the weight is that of the whole embedding (<c>ensure_weight_tying</c>), which trains and frees it.</param>
internal sealed class WholeLinear(LoraAdapter owner, string module, Linear layer, Tensor weight, Tensor? bias, bool tied) : ILinearAdapter, ILoraModule
{
    /// <inheritdoc/>
    public string Module => module;

    /// <inheritdoc/>
    public Tensor BaseWeight => layer.Weight;

    /// <summary>True where the weight is the embedding's.</summary>
    internal bool Tied => tied;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters => tied ? [] : Stored;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> Stored =>
        bias is null ? [new($"{module}.weight", weight)] : [new($"{module}.weight", weight), new($"{module}.bias", bias)];

    /// <inheritdoc/>
    public Tensor Forward(Linear linear, Tensor x)
    {
        if (!owner.Enabled)
        {
            return linear.Base(x);
        }

        using var scope = new TensorScope();
        return F.Linear(x, weight.To(x.DType), bias?.To(x.DType)).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public Tensor MergedWeight() => weight.Detach().To(layer.Weight.DType).Clone();

    /// <inheritdoc/>
    public Tensor? MergedBias() => bias?.Detach().To(layer.Bias!.DType).Clone();

    /// <inheritdoc/>
    public Tensor? BaseBias => layer.Bias;

    /// <inheritdoc/>
    public void Attach() => layer.Adapter = this;

    /// <inheritdoc/>
    public void Detach() => layer.Adapter = ReferenceEquals(layer.Adapter, this) ? null : layer.Adapter;
}

/// <summary>The same for an embedding.</summary>
internal sealed class WholeEmbedding(LoraAdapter owner, Embedding layer, Tensor weight) : IEmbeddingAdapter, ILoraModule
{
    /// <inheritdoc/>
    public string Module => layer.Name;

    /// <inheritdoc/>
    public Tensor BaseWeight => layer.Weight;

    /// <summary>[count, dimension]</summary>
    internal Tensor Weight => weight;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters => [new($"{Module}.weight", weight)];

    /// <inheritdoc/>
    public Tensor Forward(Embedding embedding, Tensor ids)
    {
        if (!owner.Enabled)
        {
            return embedding.Base(ids);
        }

        using var scope = new TensorScope();
        return F.Embedding(weight, ids).To(layer.Weight.DType).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public Tensor MergedWeight() => weight.Detach().To(layer.Weight.DType).Clone();

    /// <inheritdoc/>
    public void Attach() => layer.Adapter = this;

    /// <inheritdoc/>
    public void Detach() => layer.Adapter = ReferenceEquals(layer.Adapter, this) ? null : layer.Adapter;
}
