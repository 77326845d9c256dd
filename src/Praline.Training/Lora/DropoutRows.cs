using System.Runtime.InteropServices;
using Praline.Models.Language;
using Praline.Torch;
using Praline.Training.Engine;

namespace Praline.Training.Lora;

/// <summary>
/// Dropout masks over the language model's packed stream that belong to examples: each number is a function of the step's seed, the
/// example, the row's place in it, the column and the layer alone. So a batch gets the same masks however it is cut into
/// micro-batches and shared among processes, and a layer that is computed a second time gets its first mask.
/// </summary>
internal sealed class DropoutRows
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private readonly ulong[] _keys;

    /// <param name="stepSeed">The seed of the optimizer step's dropout.</param>
    /// <param name="ids">The examples' ids, in stream order.</param>
    /// <param name="layout">Where the examples lie.</param>
    internal DropoutRows(ulong stepSeed, IReadOnlyList<string> ids, PackedLayout layout)
    {
        _keys = new ulong[layout.Length];
        for (var e = 0; e < ids.Count; e++)
        {
            var stream = new SplitMix(Seeds.Derive(stepSeed, ids[e]));
            foreach (ref var key in _keys.AsSpan(layout.TreeStarts[e], layout.Trees[e].Length))
            {
                key = stream.Next();
            }
        }
    }

    /// <summary>The input with dropout, or null where these rows are not the input's.</summary>
    /// <param name="x">A layer's input [T, C].</param>
    /// <param name="salt">A number of the layer's own.</param>
    /// <param name="p">The share of zeros.</param>
    internal Tensor? Drop(Tensor x, ulong salt, double p)
    {
        if (x.Device.Type != DeviceType.Cpu || x.Dim != 2 || x.Size(0) != _keys.Length || p >= 1)
        {
            return null;
        }

        using var scope = new TensorScope();
        return (p <= 0 ? x.Alias() : x * Mask(x, salt, p)).MoveToOuterScope();
    }

    /// <summary>Zeros with probability p, else 1/(1−p): [T, C]</summary>
    private Tensor Mask(Tensor x, ulong salt, double p)
    {
        using var noGrad = NoGrad.Begin();
        var columns = (int)x.Size(1);
        var mask = Tensor.Empty(x.Shape, DType.Float32);
        var numbers = MemoryMarshal.Cast<byte, float>(mask.Bytes());
        var (threshold, scale) = ((ulong)(p * 4294967296.0), (float)(1 / (1 - p)));
        for (var row = 0; row < _keys.Length; row++)
        {
            var state = SplitMix.Mix(_keys[row] ^ salt);
            foreach (ref var number in numbers.Slice(row * columns, columns))
            {
                number = SplitMix.Mix(state += Golden) >> 32 < threshold ? 0 : scale;
            }
        }

        return mask.To(x.DType);
    }
}
