using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Vision;

/// <summary>Pixels to tokens: one class token, then one token per patch in row order, each with its place added.</summary>
public sealed class ClipVisionEmbeddings
{
    private readonly ClipVisionConfig _config;
    private readonly Tensor _class;
    private readonly PatchEmbedding _patches;
    private readonly Embedding _positions;

    /// <summary>Takes <c>class_embedding</c>, <c>patch_embedding</c> and <c>position_embedding</c>.</summary>
    public ClipVisionEmbeddings(Weights weights, ClipVisionConfig config)
    {
        _config = config;
        _class = weights.Get("class_embedding", Initialization.Normal, config.HiddenSize);
        _patches = new PatchEmbedding(weights["patch_embedding"], config.HiddenSize, config.Channels, config.PatchSize, bias: false);
        _positions = new Embedding(weights["position_embedding"], (config.Grid * config.Grid) + 1, config.HiddenSize);
    }

    /// <summary>The type of the weights.</summary>
    internal DType DType => _class.DType;

    /// <summary>[images, channels, height, width] → [images, 1 + patches, hidden]</summary>
    public Tensor Forward(Tensor pixels)
    {
        using var scope = new TensorScope();
        var (rows, columns) = ((int)pixels.Size(2) / _config.PatchSize, (int)pixels.Size(3) / _config.PatchSize);
        var patches = _patches.Forward(pixels);
        var classes = _class.View(1, 1, -1).Expand(patches.Size(0), 1, _config.HiddenSize);
        return (Tensor.Cat([classes, patches], 1) + PositionEmbedding(rows, columns)).MoveToOuterScope();
    }

    /// <summary>
    /// The position embedding for so many rows and columns of patches: [1 + rows · columns, hidden]. Other sizes than the trained
    /// one are interpolated (bicubic): by AuroraCap's rule a scale factor (n + 0.1) / √N, by CLIP's to the size.
    /// </summary>
    public Tensor PositionEmbedding(int rows, int columns)
    {
        var grid = _config.Grid;
        if (rows == grid && columns == grid)
        {
            return _positions.Weight;
        }

        using var scope = new TensorScope();
        var trained = _positions.Weight;
        var image = trained.Slice(0, 1).View(1, grid, grid, -1).Permute(0, 3, 1, 2); // [1, hidden, grid, grid]
        var side = Math.Sqrt((double)grid * grid);
        var resized = _config.IsAurora
            ? F.InterpolateBicubic(image, (rows + 0.1) / side, (columns + 0.1) / side)
            : F.InterpolateBicubic(image, rows, columns);
        var patches = resized.Permute(0, 2, 3, 1).Reshape((long)rows * columns, -1);
        return Tensor.Cat([trained.Slice(0, 0, 1), patches]).MoveToOuterScope();
    }

    /// <summary>Sets the position embeddings to <see cref="SinusoidalPositions"/>: a fresh tower's start.</summary>
    public void InitializePositions()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var grid = (int)Math.Round(Math.Sqrt(_positions.Weight.Size(0) - 1));
        _positions.Weight.CopyInPlace(SinusoidalPositions.Create(grid, (int)_positions.Weight.Size(1)));
    }
}
