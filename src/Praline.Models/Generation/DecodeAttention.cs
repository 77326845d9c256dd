using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// One new token per sequence: each attends to its group's shared prompt and to its own tokens. The prompt's keys serve all
/// sequences of a group in one product and are never copied.
/// </summary>
internal sealed class DecodeAttention(LlamaConfig config, IReadOnlyList<DecodeGroup> groups) : IAttention
{
    /// <inheritdoc/>
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        var count = groups.Count;
        var (promptKeys, promptValues, ownKeys, ownValues) = (new Tensor[count], new Tensor[count], new Tensor[count], new Tensor[count]);
        var (rows, lengths) = (new long[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var group = groups[i];
            (rows[i], lengths[i]) = (group.Rows, group.Own.LengthOf(layer));
            (promptKeys[i], promptValues[i]) = group.Prompt.Layer(layer);
            (ownKeys[i], ownValues[i]) = group.Own.Extend(layer, rows[i], config.NumKeyValueHeads, config.HeadDim, q.DType, q.Device);
        }

        return Fused.DecodeAttention(
            q, k, v, promptKeys, promptValues, ownKeys, ownValues, rows, lengths, config.WindowOf(layer) ?? 0);
    }
}
