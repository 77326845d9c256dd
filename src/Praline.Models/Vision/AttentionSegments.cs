using Praline.Torch;

namespace Praline.Models.Vision;

/// <summary>
/// Attention within consecutive segments of a stream of tokens. Segments of equal length are computed together, and long ones in
/// pieces, so that scores fit into memory.
/// </summary>
internal sealed class AttentionSegments
{
    private const long ScoreBytes = 256L << 20;
    private static readonly Operator Fused = new("aten::scaled_dot_product_attention");

    private readonly (long Length, Tensor? Tokens)[] _groups;
    private readonly Tensor? _inverse;

    /// <summary>Takes the lengths of the segments, in order.</summary>
    internal AttentionSegments(IReadOnlyList<long> lengths, Device device)
    {
        var starts = new long[lengths.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + lengths[i - 1];
        }

        var groups = Enumerable.Range(0, lengths.Count).GroupBy(i => lengths[i]).ToArray();
        if (groups.Length == 1)
        {
            _groups = [(groups[0].Key, null)];
            return;
        }

        var tokens = groups.Select(group => group.SelectMany(i => Enumerable.Range(0, (int)lengths[i]).Select(k => starts[i] + k)).ToArray()).ToArray();
        _groups = [.. groups.Select((group, i) => (group.Key, (Tensor?)Tensor.From<long>(tokens[i]).To(device)))];
        var inverse = new long[tokens.Sum(t => t.Length)];
        long place = 0;
        foreach (var token in tokens.SelectMany(t => t))
        {
            inverse[token] = place++;
        }

        _inverse = Tensor.From<long>(inverse).To(device);
    }

    /// <summary>q, k, v [N, heads, d] → [N, heads · d]</summary>
    internal Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        using var scope = new TensorScope();
        var results = new List<Tensor>();
        foreach (var (length, tokens) in _groups)
        {
            Tensor Part(Tensor x) => (tokens is null ? x : x.IndexSelect(0, tokens))
                .View(-1, length, x.Size(1), x.Size(2)).Transpose(1, 2); // [segments, heads, length, d]
            results.Add(Mix(Part(q), Part(k), Part(v)).Transpose(1, 2).Reshape(-1, q.Size(1) * q.Size(2)));
        }

        var all = results.Count == 1 ? results[0] : Tensor.Cat([.. results]);
        return (_inverse is null ? all : all.IndexSelect(0, _inverse)).MoveToOuterScope();
    }

    private static Tensor Mix(Tensor q, Tensor k, Tensor v)
    {
        if (q.Device.Type == DeviceType.Cuda && Fused.Exists)
        {
            return Fused.Call(q, k, v);
        }

        var shape = q.Shape;
        var scale = 1 / Math.Sqrt(shape[3]);
        var rows = Math.Max(1, ScoreBytes / (shape[0] * shape[1] * shape[2] * sizeof(float)));
        var pieces = new List<Tensor>();
        for (long start = 0; start < shape[2]; start += rows)
        {
            var part = q.Narrow(2, start, Math.Min(rows, shape[2] - start)) * scale;
            var weights = F.Softmax(part.MatMul(k.Transpose(2, 3)), -1, q.DType is DType.Float64 ? null : DType.Float32);
            pieces.Add(weights.To(q.DType).MatMul(v));
        }

        return pieces.Count == 1 ? pieces[0] : Tensor.Cat([.. pieces], 2);
    }
}
