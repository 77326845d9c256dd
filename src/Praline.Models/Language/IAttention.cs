using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>
/// Who sees whom: the part of a layer that differs between padded batches, packed streams and decoding. Everything else in a
/// layer works token by token.
/// </summary>
public interface IAttention
{
    /// <summary>
    /// softmax(q · kᵀ · scale) · v over the keys that each query may see. N tokens in the caller's order.
    /// </summary>
    /// <param name="layer">The layer's number (key/value caches, windows).</param>
    /// <param name="q">[N, heads, HeadDim], rotated</param>
    /// <param name="k">[N, key/value heads, HeadDim], rotated</param>
    /// <param name="v">[N, key/value heads, HeadDim]</param>
    /// <returns>[N, heads · HeadDim]</returns>
    Tensor Attend(int layer, Tensor q, Tensor k, Tensor v);
}
