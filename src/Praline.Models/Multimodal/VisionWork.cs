namespace Praline.Models.Multimodal;

/// <summary>What the vision part computes for some images, in numbers: for estimates of memory.</summary>
/// <param name="Hidden">The tower's width.</param>
/// <param name="FeedForward">Numbers that a feed-forward layer keeps of each token for its backward pass, see <see cref="Kept"/>.</param>
/// <param name="Heads">Its attention heads.</param>
/// <param name="Tokens">Tokens of all images that each layer computes.</param>
/// <param name="Pairs">Pairs of a query and a key of each layer, per head.</param>
/// <param name="Features">Vectors that the projector maps.</param>
/// <param name="FeatureWidth">Their width.</param>
public sealed record VisionWork(
    int Hidden, long FeedForward, int Heads, IReadOnlyList<long> Tokens, IReadOnlyList<long> Pairs, long Features, int FeatureWidth)
{
    /// <summary>A tower whose layers all compute the same, each image by itself.</summary>
    /// <param name="shape">Width, what a feed-forward layer keeps, heads.</param>
    /// <param name="layers">Layers that run.</param>
    /// <param name="images">Images or tiles.</param>
    /// <param name="tokens">Tokens of each.</param>
    /// <param name="features">Vectors of each that the projector maps.</param>
    public static VisionWork Even((int Hidden, long FeedForward, int Heads) shape, int layers, long images, long tokens, long features) => new(
        shape.Hidden, shape.FeedForward, shape.Heads, [.. Enumerable.Repeat(images * tokens, layers)], [.. Enumerable.Repeat(images * tokens * tokens, layers)],
        images * features, shape.Hidden);

    /// <summary>Both sides of the activation, what it needs for its own gradient, and with a gate that and its product.</summary>
    internal static long Kept(int inner, string activation, bool gated = false) => inner * ((activation == "quick_gelu" ? 3L : 2L) + (gated ? 2 : 0));
}
