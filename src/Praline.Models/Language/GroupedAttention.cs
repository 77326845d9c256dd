using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>
/// Attention of some queries to some keys with few copies: the query heads that share a key head are rows of one product.
/// </summary>
internal static class GroupedAttention
{
    /// <summary>One group of C queries and S keys.</summary>
    /// <param name="q">[C, heads, d]</param>
    /// <param name="k">[S, kv heads, d]</param>
    /// <param name="v">[S, kv heads, d]</param>
    /// <param name="mask">[C, S], 0 where a query sees a key and hugely negative elsewhere; null when each sees all.</param>
    /// <returns>[C, heads · d]</returns>
    internal static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        var shape = q.Shape;
        long count = shape[0], heads = shape[1], width = shape[2], kvHeads = k.Size(1), keys = k.Size(0), group = heads / kvHeads;
        var rows = q.View(count, kvHeads, group, width).Permute(1, 2, 0, 3).Reshape(kvHeads, group * count, width);
        var scores = rows.MatMul(k.Permute(1, 2, 0)) * (1 / Math.Sqrt(width));  // [kv, group · C, S]
        if (mask is not null)
        {
            scores = (scores.View(kvHeads, group, count, keys) + mask).View(kvHeads, group * count, keys);
        }

        var weights = F.Softmax(scores, -1, q.DType is DType.Float64 ? null : DType.Float32).To(q.DType);
        return weights.MatMul(v.Transpose(0, 1)).View(kvHeads, group, count, width).Permute(2, 0, 1, 3).Reshape(count, heads * width);
    }

    /// <summary>
    /// The mask [C, S] of C consecutive queries, the first of which is number <paramref name="first"/> of the keys: causal, and
    /// within the window (W keys, itself among them) if there is one.
    /// </summary>
    internal static Tensor CausalMask(long count, long keys, long first, int? window, DType dtype, Device device)
    {
        using var scope = new TensorScope();
        var seen = Tensor.Ones([count, keys], DType.Float32, device).Tril((int)first);
        if (window is { } size)
        {
            seen = seen.Triu((int)(first - size + 1));
        }

        return Tensor.Zeros([count, keys], dtype, device).MaskedFill(seen.Eq(0), Lowest(dtype)).MoveToOuterScope();
    }

    /// <summary>A number whose exponential is 0, finite so that a row without keys gives no NaN.</summary>
    internal static double Lowest(DType dtype) => dtype is DType.Float16 ? -65504 : -3.3e38;
}
