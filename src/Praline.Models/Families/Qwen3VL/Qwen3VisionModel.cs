using Praline.Models.Vision;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Families.Qwen3VL;

/// <summary>
/// Qwen3-VL's vision tower: Qwen2-VL's blocks on patches with learned positions, interpolated to any size, and with mergers for the states of several layers (DeepStack).
/// </summary>
public sealed class Qwen3VisionModel
{
    private readonly Qwen3VlConfig _config;
    private readonly Tensor _patch; // [hidden, channels, time, rows, columns]
    private readonly Tensor _patchBias;
    private readonly Embedding _positions; // [side², hidden]
    private readonly QwenVisionBlock[] _blocks;
    private readonly Qwen3PatchMerger _merger;
    private readonly Qwen3PatchMerger[] _deepMergers;
    private readonly ParameterStore _store;

    /// <summary>Takes <c>patch_embed.proj</c>, <c>pos_embed</c>, <c>blocks</c>, <c>merger</c> and <c>deepstack_merger_list</c>.</summary>
    public Qwen3VisionModel(Weights weights, Qwen3VlConfig config)
    {
        (_config, _store) = (config, weights.Store);
        var vision = config.Vision;
        var patch = weights["patch_embed"]["proj"];
        _patch = patch.Get("weight", Initialization.Normal, vision.HiddenSize, vision.Channels, vision.TemporalPatchSize, vision.PatchSize, vision.PatchSize);
        _patchBias = patch.Get("bias", Initialization.Zeros, vision.HiddenSize);
        _positions = new Embedding(weights["pos_embed"], config.PositionSide * config.PositionSide, vision.HiddenSize);
        _blocks = Weights.Repeat(vision.Layers, i => new QwenVisionBlock(weights["blocks"][i], vision));
        _merger = new Qwen3PatchMerger(weights["merger"], vision, normsEachPatch: true);
        _deepMergers = Weights.Repeat(
            config.DeepstackIndexes.Count, i => new Qwen3PatchMerger(weights["deepstack_merger_list"][i], vision, normsEachPatch: false));
    }

    /// <summary>Compute layers a second time in the backward pass instead of keeping what they computed.</summary>
    public bool Checkpointing { get; set; }

    /// <summary>The type of the weights.</summary>
    public DType DType => _patch.DType;

    /// <summary>Features of one image or video: frames do not see each other. Gradients flow when they are recorded.</summary>
    /// <param name="patches">[time · rows · columns, numbers], as the image processor orders them: by time, then by squares of merge size</param>
    /// <param name="grid">Patches in time, rows and columns.</param>
    /// <returns>[squares, (1 + k) · D]: the merger's features, then those of each of the k deep-stack layers, in the order of the layers.</returns>
    public Tensor Forward(Tensor patches, (int Time, int Height, int Width) grid)
    {
        using var scope = new TensorScope();
        var places = new QwenVisionPlaces(_config.Vision, grid);
        var x = F.Linear(patches.To(DType), _patch.Flatten(1), _patchBias) + Positions(grid); // [N, hidden]
        var (cos, sin) = places.Rotations(x.Device);
        var frames = places.Frames(x.Device);
        var deep = new List<Tensor>();
        for (var i = 0; i < _blocks.Length; i++)
        {
            var block = _blocks[i];
            x = Checkpointing
                ? Checkpoint.Run((input, turns) => block.Forward(input, turns[0], turns[1], places.Frames(input.Device)), x, [cos, sin], _store.Generators)
                : block.Forward(x, cos, sin, frames);
            for (var k = 0; k < _deepMergers.Length; k++)
            {
                if (_config.DeepstackIndexes[k] == i)
                {
                    deep.Add(_deepMergers[k].Forward(x));
                }
            }
        }

        return Tensor.Cat([_merger.Forward(x), .. deep], -1).MoveToOuterScope();
    }

    /// <summary>
    /// Learned positions [N, hidden] of the patches in the processor's order: the table stretched over the image so that corners fall on corners, bilinearly; the same in
    /// every frame.
    /// </summary>
    private Tensor Positions((int Time, int Height, int Width) grid)
    {
        var (side, merge) = (_config.PositionSide, _config.Vision.MergeSize);
        var count = grid.Height * grid.Width;
        var (indices, weights) = (new long[4][], new float[4][]);
        for (var corner = 0; corner < 4; corner++)
        {
            (indices[corner], weights[corner]) = (new long[count], new float[count]);
        }

        for (var n = 0; n < count; n++)
        {
            // n counts squares of merge × merge row by row, patches within a square row by row.
            var (square, inSquare) = (n / (merge * merge), n % (merge * merge));
            var squares = grid.Width / merge;
            var (top, down) = At((square / squares * merge) + (inSquare / merge), grid.Height);
            var (left, right) = At((square % squares * merge) + (inSquare % merge), grid.Width);
            for (var corner = 0; corner < 4; corner++)
            {
                var (row, column) = (Math.Min(top + (corner / 2), side - 1), Math.Min(left + (corner % 2), side - 1));
                indices[corner][n] = ((long)row * side) + column;
                weights[corner][n] = (float)((corner / 2 == 0 ? 1 - down : down) * (corner % 2 == 0 ? 1 - right : right));
            }
        }

        var device = _patch.Device;
        var frame = Enumerable.Range(0, 4)
            .Select(corner => _positions.Forward(Tensor.From<long>(indices[corner]).To(device)) * Tensor.From<float>(weights[corner]).To(device, DType).Unsqueeze(1))
            .Aggregate((sum, part) => sum + part); // [rows · columns, hidden]
        return grid.Time == 1 ? frame : Tensor.Cat([.. Enumerable.Repeat(frame, grid.Time)]);

        (int Floor, double Beyond) At(int place, int places)
        {
            var at = places == 1 ? 0 : (double)place * (side - 1) / (places - 1);
            return ((int)at, at - (int)at);
        }
    }
}

/// <summary>Joins squares of patches to features: norm, linear, GELU, linear.</summary>
internal sealed class Qwen3PatchMerger
{
    private const double NormEps = 1e-6;

    private readonly long _joined;
    private readonly bool _normsEachPatch;
    private readonly LayerNorm _norm;
    private readonly Linear _up;
    private readonly Linear _down;

    internal Qwen3PatchMerger(Weights weights, QwenVisionConfig config, bool normsEachPatch)
    {
        (_joined, _normsEachPatch) = ((long)config.HiddenSize * config.MergeSize * config.MergeSize, normsEachPatch);
        _norm = new LayerNorm(weights["norm"], normsEachPatch ? config.HiddenSize : (int)_joined, NormEps);
        _up = new Linear(weights["linear_fc1"], _joined, _joined, bias: true);
        _down = new Linear(weights["linear_fc2"], _joined, config.OutHiddenSize, bias: true);
    }

    /// <summary>[N, hidden] → [N / merge², D]</summary>
    internal Tensor Forward(Tensor x)
    {
        using var scope = new TensorScope();
        var square = _normsEachPatch ? _norm.Forward(x).View(-1, _joined) : _norm.Forward(x.View(-1, _joined));
        return _down.Forward(F.Gelu(_up.Forward(square))).MoveToOuterScope();
    }
}
