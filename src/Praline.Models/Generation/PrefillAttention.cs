using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>A prompt's attention to itself, whose keys and values are kept.</summary>
internal sealed class PrefillAttention(IAttention packed, PromptCache cache) : IAttention
{
    /// <inheritdoc/>
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        cache.Store(layer, k, v);
        return packed.Attend(layer, q, k, v);
    }
}
