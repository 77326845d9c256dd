using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Training.Lora;

/// <summary>
/// Some tokens' rows of the embedding, or of the output layer, that train while the others stay (PEFT's <c>trainable_token_indices</c>). PEFT calls them a
/// delta, but they stand in place of the rows. An output layer that shares the embedding's weight shares its rows too.
/// </summary>
internal sealed class TrainableTokens : IEmbeddingAdapter, ILinearAdapter, ILoraModule
{
    private readonly LoraAdapter _owner;
    private readonly Embedding? _embedding;
    private readonly Linear? _linear;
    private readonly Tensor _ids;
    private readonly Tensor _place;
    private readonly Tensor _rows;

    /// <param name="owner">The adapter.</param>
    /// <param name="embedding">The embedding, or null for an output layer alone.</param>
    /// <param name="linear">The output layer with its name: the one tied to the embedding, or one that has tokens of its own.</param>
    /// <param name="ids">The tokens [n].</param>
    /// <param name="rows">[n, D]</param>
    internal TrainableTokens(LoraAdapter owner, Embedding? embedding, Linear? linear, IReadOnlyList<int> ids, Tensor rows)
    {
        (_owner, _embedding, _linear, _rows) = (owner, embedding, linear, rows);
        var count = BaseWeight.Size(0);
        var place = Enumerable.Repeat(-1L, (int)count).ToArray();
        for (var i = 0; i < ids.Count; i++)
        {
            place[ids[i]] = i;
        }

        _ids = Tensor.From<long>(ids.Select(id => (long)id).ToArray(), ids.Count).To(BaseWeight.Device).DetachFromScope();
        _place = Tensor.From<long>(place, count).To(BaseWeight.Device).DetachFromScope();
    }

    /// <summary>Whether rows of an embedding train.</summary>
    internal bool IsEmbedding => _embedding is not null;

    /// <inheritdoc/>
    public string Module => _embedding?.Name ?? _linear!.Name;

    /// <inheritdoc/>
    public Tensor BaseWeight => _embedding?.Weight ?? _linear!.Weight;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters => [new($"{Module}.token_adapter.trainable_tokens_delta", _rows)];

    /// <inheritdoc/>
    public Tensor Forward(Embedding embedding, Tensor ids)
    {
        if (!_owner.Enabled)
        {
            return embedding.Base(ids);
        }

        using var scope = new TensorScope();
        var rows = embedding.Base(ids); // […, D]
        var place = _place.IndexSelect(0, ids.Reshape(-1)).Reshape(ids.Shape);
        var own = F.Embedding(_rows, place.Clamp(min: 0).To(DType.Int64)).To(rows.DType); // […, D]
        return Tensor.Where(place.Unsqueeze(-1).Eq(-1), rows, own).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public Tensor Forward(Linear layer, Tensor x)
    {
        var logits = layer.Base(x); // […, V]
        if (!_owner.Enabled)
        {
            return logits;
        }

        using var scope = new TensorScope();
        var bias = layer.Bias?.IndexSelect(0, _ids);
        logits.IndexCopyInPlace(-1, _ids, F.Linear(x, _rows.To(x.DType), bias));
        return logits;
    }

    /// <inheritdoc/>
    public Tensor MergedWeight()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        return BaseWeight.Clone().IndexCopyInPlace(0, _ids, _rows.To(BaseWeight.DType)).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public void Attach()
    {
        if (_embedding is not null)
        {
            _embedding.Adapter = this;
        }

        if (_linear is not null)
        {
            _linear.Adapter = this;
        }
    }

    /// <inheritdoc/>
    public void Detach()
    {
        if (ReferenceEquals(_embedding?.Adapter, this))
        {
            _embedding!.Adapter = null;
        }

        if (ReferenceEquals(_linear?.Adapter, this))
        {
            _linear!.Adapter = null;
        }
    }

    /// <inheritdoc/>
    public void Free()
    {
        _ids.Dispose();
        _place.Dispose();
    }
}
