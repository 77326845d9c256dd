using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Vision;

/// <summary>
/// The vision tower of Qwen2-VL (Wang et al. 2024) and Qwen2.5-VL (Bai et al. 2025), with its merger: patches of any image or video size,
/// rotary positions of rows and columns, attention within a frame (2.5: mostly within windows), squares of patches merged into features.
/// </summary>
public sealed class QwenVisionModel
{
    private const double NormEps = 1e-6;

    private readonly Tensor _patch; // [hidden, patch length]: a convolution over patches that do not overlap
    private readonly QwenVisionBlock[] _blocks;
    private readonly Func<Tensor, Tensor> _mergeNorm;
    private readonly Linear _mergeUp;
    private readonly Linear _mergeDown;
    private readonly ParameterStore _store;

    /// <summary>Takes <c>patch_embed.proj</c>, <c>blocks</c> and <c>merger</c>.</summary>
    public QwenVisionModel(Weights weights, QwenVisionConfig config)
    {
        (Config, _store) = (config, weights.Store);
        _patch = weights["patch_embed"]["proj"].Get(
            "weight", Initialization.Normal, config.HiddenSize, config.Channels, config.TemporalPatchSize, config.PatchSize, config.PatchSize);
        _blocks = Weights.Repeat(config.Layers, i => new QwenVisionBlock(weights["blocks"][i], config));
        var merger = weights["merger"];
        _mergeNorm = Norm(merger["ln_q"], config);
        var merged = config.HiddenSize * config.MergeSize * config.MergeSize;
        _mergeUp = new Linear(merger["mlp"][0], merged, merged, bias: true);
        _mergeDown = new Linear(merger["mlp"][2], merged, config.OutHiddenSize, bias: true);
    }

    /// <summary>The model's shape.</summary>
    public QwenVisionConfig Config { get; }

    /// <summary>Compute layers a second time in the backward pass instead of keeping what they computed.</summary>
    public bool Checkpointing { get; set; }

    /// <summary>The type of the weights.</summary>
    public DType DType => _patch.DType;

    /// <summary>
    /// Features of one image or video. Gradients flow when they are recorded.
    /// </summary>
    /// <param name="patches">[time · rows · columns, <see cref="QwenVisionConfig.PatchLength"/>], as the image processor orders them:
    /// by time, then by squares of merge size.</param>
    /// <param name="grid">Patches in time, rows and columns.</param>
    /// <returns>[time · rows · columns / merge², <see cref="QwenVisionConfig.OutHiddenSize"/>], row by row</returns>
    public Tensor Forward(Tensor patches, (int Time, int Height, int Width) grid)
    {
        using var scope = new TensorScope();
        var places = new QwenVisionPlaces(Config, grid);
        var x = F.Linear(patches.To(DType), _patch.Flatten(1));
        x = places.ToWindows(x);
        var (cos, sin) = places.Rotations(x.Device);
        var (frames, windows) = (places.Frames(x.Device), places.Windows(x.Device));
        for (var i = 0; i < _blocks.Length; i++)
        {
            using var previous = x;
            var (block, inWindows) = (_blocks[i], Config.IsVersion25 && !Config.FullAttentionLayers.Contains(i));
            x = Checkpointing
                ? Checkpoint.Run(
                    (input, turns) => block.Forward(input, turns[0], turns[1], inWindows ? places.Windows(input.Device) : places.Frames(input.Device)), x, [cos, sin], _store.Generators)
                : block.Forward(x, cos, sin, inWindows ? windows : frames);
        }

        var square = _mergeNorm(x).View(-1, (long)Config.HiddenSize * Config.MergeSize * Config.MergeSize);
        return places.FromWindows(_mergeDown.Forward(F.Gelu(_mergeUp.Forward(square)))).MoveToOuterScope();
    }

    /// <summary>The norm of that version: over mean and variance, or over the mean square alone.</summary>
    internal static Func<Tensor, Tensor> Norm(Weights weights, QwenVisionConfig config) => config.IsVersion25
        ? new RmsNorm(weights, config.HiddenSize, NormEps).Forward
        : new LayerNorm(weights, config.HiddenSize, NormEps).Forward;
}
