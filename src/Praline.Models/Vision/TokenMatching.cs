using Praline.Torch;

namespace Praline.Models.Vision;

/// <summary>
/// Token merging (Bolya et al. 2023, ToMe): which tokens go into which. Tokens at even places are matched with their most similar
/// token at an odd place; the r best matched of them are merged into it. What remains is ordered [even tokens that stay, in order]
/// [all odd tokens]. Equally similar tokens are taken in order of place, so the result is the same on every run.
/// </summary>
public sealed class TokenMatching
{
    private readonly long _images;
    private readonly long _tokens;
    private readonly Tensor _kept; // [N·(T − r)]: rows of [N·T, d] in their new order
    private readonly Tensor _merged; // [N·r]: rows that are merged away
    private readonly Tensor _target; // [N·r]: rows of the new order that they are added to

    private TokenMatching(long images, long tokens, long removed, Tensor kept, Tensor merged, Tensor target)
    {
        (_images, _tokens, Removed) = (images, tokens, removed);
        (_kept, _merged, _target) = (kept, merged, target);
    }

    /// <summary>How many tokens of each image are merged away.</summary>
    public long Removed { get; }

    /// <summary>Matches by cosine similarity. Its tensors belong to the scope that is current.</summary>
    /// <param name="metric">What is compared: [images, tokens, d]; no gradient flows into it.</param>
    /// <param name="r">Tokens to remove from each image; at most half of the tokens (without the class token) are.</param>
    /// <param name="classToken">True when the first token may not be merged away.</param>
    /// <returns>Null when nothing is to be merged.</returns>
    public static TokenMatching? Find(Tensor metric, long r, bool classToken)
    {
        var (images, tokens) = (metric.Size(0), metric.Size(1));
        r = Math.Min(r, (tokens - (classToken ? 1 : 0)) / 2);
        if (r <= 0)
        {
            return null;
        }

        using var noGrad = NoGrad.Begin();
        using var scope = new TensorScope();
        var even = (tokens + 1) / 2;
        var unit = metric.Detach();
        unit /= (unit * unit).Sum([-1], keepDim: true).Sqrt();
        var similarity = unit.Slice(1, 0, step: 2).MatMul(unit.Slice(1, 1, step: 2).Transpose(1, 2)); // [N, even, odd]
        if (classToken)
        {
            similarity.Select(1, 0).CopyInPlace(Tensor.Scalar(double.NegativeInfinity, similarity.DType, similarity.Device));
        }

        var (best, partner) = similarity.Max(-1); // [N, even]
        var (_, order) = best.Sort(-1, descending: true);
        var away = order.Slice(1, 0, r); // [N, r]
        var (stay, _) = order.Slice(1, r).Sort(-1); // [N, even − r]

        var first = Tensor.Arange(0, images, device: metric.Device).Unsqueeze(1); // image numbers [N, 1]
        var odd = Tensor.Arange(1, tokens, 2, device: metric.Device).Unsqueeze(0).Expand(images, tokens / 2);
        var kept = (Tensor.Cat([stay * 2L, odd], 1) + (first * tokens)).Reshape(-1);
        var merged = ((away * 2L) + (first * tokens)).Reshape(-1);
        var target = (partner.Gather(1, away) + (even - r) + (first * (tokens - r))).Reshape(-1);
        return new TokenMatching(
            images, tokens, r, kept.MoveToOuterScope(), merged.MoveToOuterScope(), target.MoveToOuterScope());
    }

    /// <summary>[images, tokens, d] → [images, tokens − r, d]: each token plus those that were merged into it.</summary>
    public Tensor Sum(Tensor x)
    {
        using var scope = new TensorScope();
        var rows = x.Reshape(_images * _tokens, -1);
        var sum = rows.IndexSelect(0, _kept).IndexAdd(0, _target, rows.IndexSelect(0, _merged));
        return sum.View(_images, _tokens - Removed, -1).MoveToOuterScope();
    }

    /// <summary>The mean of merged tokens, each weighted by how many first tokens it stands for.</summary>
    /// <param name="x">[images, tokens, d]</param>
    /// <param name="sizes">[images, tokens, 1]; null means one each.</param>
    /// <returns>[images, tokens − r, d] and the new sizes [images, tokens − r, 1].</returns>
    public (Tensor X, Tensor Sizes) WeightedAverage(Tensor x, Tensor? sizes)
    {
        using var scope = new TensorScope();
        var weighted = sizes is null ? x : x * sizes;
        var newSizes = Sum(sizes ?? Tensor.Ones([_images, _tokens, 1], x.DType, x.Device));
        return ((Sum(weighted) / newSizes).MoveToOuterScope(), newSizes.MoveToOuterScope());
    }

    /// <summary>[images, tokens − r, d] → [images, tokens, d]: each token gets the value of the one it went into.</summary>
    public Tensor Unmerge(Tensor x)
    {
        using var scope = new TensorScope();
        var rows = x.Reshape(_images * (_tokens - Removed), -1);
        var result = Tensor.Zeros([_images * _tokens, rows.Size(1)], x.DType, x.Device)
            .IndexAdd(0, _kept, rows)
            .IndexAdd(0, _merged, rows.IndexSelect(0, _target));
        return result.View(_images, _tokens, -1).MoveToOuterScope();
    }
}
