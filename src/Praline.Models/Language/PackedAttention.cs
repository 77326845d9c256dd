using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>
/// Attention in a packed stream: each prompt to itself, each response to its prompt and itself, causally. Works in blocks of
/// queries, so that neither a [stream × stream] mask nor such a matrix of scores ever exists.
/// </summary>
internal sealed class PackedAttention(LlamaConfig config, PackedLayout layout) : IAttention
{
    private const int BlockLength = 256;
    private readonly long[] _segments = Segments(layout);
    private readonly Dictionary<(int Count, int Keys, int? Window), Tensor> _masks = [];

    /// <summary>Block by block with masks, in libtorch's operators (tests compare the two).</summary>
    internal bool Plain { get; init; }

    /// <inheritdoc/>
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        var window = config.WindowOf(layer);
        return Plain
            ? AttendPlainly(q, k, v, window)
            : Fused.PackedAttention(q.Contiguous(), k.Contiguous(), v.Contiguous(), _segments, window ?? 0);
    }

    /// <summary>Frees the masks.</summary>
    internal void Free()
    {
        foreach (var mask in _masks.Values)
        {
            mask.Dispose();
        }

        _masks.Clear();
    }

    private static long[] Segments(PackedLayout layout)
    {
        var numbers = new List<long>();
        for (var t = 0; t < layout.Trees.Count; t++)
        {
            var (tree, start) = (layout.Trees[t], layout.TreeStarts[t]);
            numbers.AddRange([t, start, tree.PromptLength, start, 0]);
            for (var r = 0; r < tree.ResponseLengths.Length; r++)
            {
                numbers.AddRange([t, layout.ResponseStart(t, r), tree.ResponseLengths[r], start, tree.PromptLength]);
            }
        }

        return [.. numbers];
    }

    private Tensor AttendPlainly(Tensor q, Tensor k, Tensor v, int? window)
    {
        using var scope = new TensorScope();
        var parts = new List<Tensor>();
        for (var t = 0; t < layout.Trees.Count; t++)
        {
            var tree = layout.Trees[t];
            var start = layout.TreeStarts[t];
            AddSegment(parts, q, k, v, start, 0, tree.PromptLength, start, window);
            for (var r = 0; r < tree.ResponseLengths.Length; r++)
            {
                AddSegment(parts, q, k, v, start, tree.PromptLength, tree.ResponseLengths[r], layout.ResponseStart(t, r), window);
            }
        }

        return (parts.Count == 1 ? parts[0] : Tensor.Cat([.. parts])).MoveToOuterScope();
    }

    /// <summary>Queries of one segment: keys are <paramref name="shared"/> tokens from the tree's start, then the segment's own.</summary>
    private void AddSegment(List<Tensor> parts, Tensor q, Tensor k, Tensor v, int treeStart, int shared, int length, int start, int? window)
    {
        if (length == 0)
        {
            return;
        }

        Tensor Keys(Tensor all) => treeStart + shared == start
            ? all.Narrow(0, treeStart, shared + length)
            : Tensor.Cat([all.Narrow(0, treeStart, shared), all.Narrow(0, start, length)]);
        var (keys, values) = (Keys(k), Keys(v));
        for (var from = 0; from < length; from += BlockLength)
        {
            var count = Math.Min(BlockLength, length - from);
            var end = shared + from + count;
            var begin = window is { } size ? Math.Max(0, shared + from - size + 1) : 0;
            parts.Add(GroupedAttention.Attend(
                q.Narrow(0, start + from, count), keys.Narrow(0, begin, end - begin), values.Narrow(0, begin, end - begin),
                Mask(count, end - begin, window, q)));
        }
    }

    /// <summary>Queries are the last of their keys: masks depend on two lengths only and serve every layer.</summary>
    private Tensor? Mask(int count, int keys, int? window, Tensor like)
    {
        if (count == 1 && (window is null || keys <= window))
        {
            return null;
        }

        if (!_masks.TryGetValue((count, keys, window), out var mask))
        {
            mask = GroupedAttention.CausalMask(count, keys, keys - count, window, like.DType, like.Device).DetachFromScope();
            _masks[(count, keys, window)] = mask;
        }

        return mask;
    }
}
