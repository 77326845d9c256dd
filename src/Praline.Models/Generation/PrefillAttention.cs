using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>A prompt's attention to itself, whose keys and values are kept: those of the beginning, and those of each ending for itself.</summary>
internal sealed class PrefillAttention(IAttention packed, PackedLayout layout, PromptCache shared, IReadOnlyList<KeyValueCache> endings) : IAttention
{
    private readonly SequenceTree _tree = layout.Trees[0];

    /// <inheritdoc/>
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        shared.Store(layer, k.Narrow(0, 0, _tree.PromptLength), v.Narrow(0, 0, _tree.PromptLength));
        for (var i = 0; i < endings.Count; i++)
        {
            var (start, length) = (layout.ResponseStart(0, i), _tree.ResponseLengths[i]);
            Tensor Own(Tensor all) => all.Narrow(0, start, length).Transpose(0, 1).Unsqueeze(0);  // [1, kv heads, T, d]
            endings[i].Append(layer, Own(k), Own(v));
        }

        return packed.Attend(layer, q, k, v);
    }
}
