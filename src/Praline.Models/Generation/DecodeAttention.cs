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
        if (Fused.HasAttention(q))
        {
            return AttendAll(layer, q, k, v);
        }

        using var scope = new TensorScope();
        var parts = new Tensor[groups.Count];
        long start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var count = groups[i].Rows;
            parts[i] = AttendGroup(groups[i], layer, q.Narrow(0, start, count), k.Narrow(0, start, count), v.Narrow(0, start, count));
            start += count;
        }

        return (parts.Length == 1 ? parts[0] : Tensor.Cat(parts)).MoveToOuterScope();
    }

    private Tensor AttendAll(int layer, Tensor q, Tensor k, Tensor v)
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

    private Tensor AttendGroup(DecodeGroup group, int layer, Tensor q, Tensor k, Tensor v)
    {
        long n = q.Size(0), heads = config.NumAttentionHeads, kv = config.NumKeyValueHeads, width = config.HeadDim, g = heads / kv;
        var (promptKeys, promptValues) = group.Prompt.Layer(layer);  // [kv, d, P], [kv, P, d]
        var (ownKeys, ownValues) = group.Own.Append(layer, k.Unsqueeze(2), v.Unsqueeze(2));  // [n, kv, L, d]
        (promptKeys, promptValues, ownKeys, ownValues) = InWindow(layer, promptKeys, promptValues, ownKeys, ownValues);
        long shared = promptValues.Size(1), own = ownKeys.Size(2);

        q = q.View(n, kv, g, width) * (1 / Math.Sqrt(width));
        var scores = q.MatMul(ownKeys.Transpose(2, 3));  // [n, kv, g, L]
        if (shared == 0)
        {
            return Weights(scores).MatMul(ownValues).Reshape(n, heads * width);
        }

        var rows = q.Transpose(0, 1).Reshape(kv, n * g, width);
        var promptScores = rows.MatMul(promptKeys).View(kv, n, g, shared).Transpose(0, 1);
        var weights = Weights(Tensor.Cat([promptScores, scores], -1));  // [n, kv, g, P + L]
        var fromPrompt = weights.Narrow(-1, 0, shared).Transpose(0, 1).Reshape(kv, n * g, shared).MatMul(promptValues)
            .View(kv, n, g, width).Transpose(0, 1);
        return (fromPrompt + weights.Narrow(-1, shared, own).MatMul(ownValues)).Reshape(n, heads * width);
    }

    private static Tensor Weights(Tensor scores) =>
        F.Softmax(scores, -1, scores.DType is DType.Float64 ? null : DType.Float32).To(scores.DType);

    private (Tensor PromptKeys, Tensor PromptValues, Tensor OwnKeys, Tensor OwnValues) InWindow(
        int layer, Tensor promptKeys, Tensor promptValues, Tensor ownKeys, Tensor ownValues)
    {
        long shared = promptValues.Size(1), own = ownKeys.Size(2);
        if (config.WindowOf(layer) is not { } window || shared + own <= window)
        {
            return (promptKeys, promptValues, ownKeys, ownValues);
        }

        var fromOwn = Math.Min(own, window);
        var fromShared = window - fromOwn;
        return (promptKeys.Narrow(2, shared - fromShared, fromShared), promptValues.Narrow(1, shared - fromShared, fromShared),
            ownKeys.Narrow(2, own - fromOwn, fromOwn), ownValues.Narrow(2, own - fromOwn, fromOwn));
    }
}
