using Praline.Models.Generation;
using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>
/// Attention in a padded batch [B, T], perhaps after keys and values of a cache: causal by place, blind to keys that the mask
/// calls padding. The plain formulation, against which the others are tested.
/// </summary>
internal sealed class PaddedAttention(LlamaConfig config, long batch, long length, Tensor? keyMask, KeyValueCache? cache) : IAttention
{
    private readonly Dictionary<int, Tensor?> _masks = [];

    /// <inheritdoc/>
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        using var scope = new TensorScope();
        long heads = config.NumAttentionHeads, kvHeads = config.NumKeyValueHeads, width = config.HeadDim, group = heads / kvHeads;
        var keys = k.View(batch, length, kvHeads, width).Transpose(1, 2);  // [B, kv, T, d]
        var values = v.View(batch, length, kvHeads, width).Transpose(1, 2);
        if (cache is not null)
        {
            (keys, values) = cache.Append(layer, keys, values);
        }

        var total = keys.Size(2);
        var rows = q.View(batch, length, kvHeads, group, width).Permute(0, 2, 3, 1, 4).Reshape(batch, kvHeads, group * length, width);
        var scores = (rows.MatMul(keys.Transpose(2, 3)) * (1 / Math.Sqrt(width))).View(batch, kvHeads, group, length, total);
        if (Mask(config.WindowOf(layer), total, q) is { } mask)
        {
            scores += mask;
        }

        var weights = F.Softmax(scores, -1, q.DType is DType.Float64 ? null : DType.Float32).To(q.DType);
        return weights.View(batch, kvHeads, group * length, total).MatMul(values)
            .View(batch, kvHeads, group, length, width).Permute(0, 3, 1, 2, 4).Reshape(batch * length, heads * width)
            .MoveToOuterScope();
    }

    /// <summary>Frees the masks.</summary>
    internal void Free()
    {
        foreach (var mask in _masks.Values)
        {
            mask?.Dispose();
        }

        _masks.Clear();
    }

    /// <summary>[T, S] or, with padding, [B, 1, 1, T, S].</summary>
    private Tensor? Mask(int? window, long total, Tensor like)
    {
        if (_masks.TryGetValue(window ?? 0, out var known))
        {
            return known;
        }

        if (keyMask is not null && (keyMask.Dim != 2 || keyMask.Size(0) != batch || keyMask.Size(1) != total))
        {
            throw new ArgumentException($"The key mask should be [{batch}, {total}] (cached tokens and new ones), found {keyMask.Describe()}.");
        }

        using var scope = new TensorScope();
        Tensor? mask = null;
        if (length > 1 || total > window)
        {
            mask = GroupedAttention.CausalMask(length, total, total - length, window, like.DType, like.Device);
        }

        if (keyMask is not null)
        {
            var padding = keyMask.To(DType.Bool).LogicalNot().View(batch, 1, 1, 1, total);
            mask = (mask ?? Tensor.Zeros([length, total], like.DType, like.Device))
                .MaskedFill(padding, GroupedAttention.Lowest(like.DType));
        }

        return _masks[window ?? 0] = mask?.DetachFromScope();
    }
}
