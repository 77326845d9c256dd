using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Vision;

/// <summary>
/// A convolution whose stride is its kernel, computed as what it is: one matrix product over patches that do not overlap.
/// </summary>
public sealed class PatchEmbedding
{
    private readonly int _patch;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <summary>Takes <c>weight</c> [hidden, channels, patch, patch] and, if asked, <c>bias</c> [hidden].</summary>
    public PatchEmbedding(Weights weights, int hidden, int channels, int patch, bool bias)
    {
        _patch = patch;
        _weight = weights.Get("weight", Initialization.Normal, hidden, channels, patch, patch);
        _bias = bias ? weights.Get("bias", Initialization.Zeros, hidden) : null;
    }

    /// <summary>
    /// [images, channels, height, width] → [images, rows · columns, hidden]; pixels beyond the last whole patch are left out, as a
    /// convolution does.
    /// </summary>
    public Tensor Forward(Tensor pixels)
    {
        using var scope = new TensorScope();
        var shape = pixels.Shape;
        var (rows, columns) = (shape[2] / _patch, shape[3] / _patch);
        var patches = pixels.To(_weight.DType)
            .Narrow(2, 0, rows * _patch).Narrow(3, 0, columns * _patch)
            .Reshape(shape[0], shape[1], rows, _patch, columns, _patch)
            .Permute(0, 2, 4, 1, 3, 5) // [N, rows, columns, C, patch, patch]
            .Reshape(shape[0], rows * columns, -1);
        return F.Linear(patches, _weight.Flatten(1), _bias).MoveToOuterScope();
    }
}
