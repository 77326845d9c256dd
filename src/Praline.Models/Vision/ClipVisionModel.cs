using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Vision;

/// <summary>
/// CLIP's vision transformer (Radford et al. 2021) with Hugging Face's parameter names; with <see cref="ClipVisionConfig.IsAurora"/>
/// it is AuroraCap's encoder, which merges tokens as it goes.
/// </summary>
public sealed class ClipVisionModel : VisionTower
{
    private const double AuroraLayerEps = 1e-5; // its layers build their norms without the configured epsilon

    private readonly ClipVisionEmbeddings _embeddings;
    private readonly LayerNorm _before;
    private readonly VisionLayer[] _layers;
    private readonly LayerNorm _after;
    private readonly ParameterStore _store;

    /// <summary>Takes <c>vision_model.embeddings</c>, <c>.pre_layrnorm</c> (sic), <c>.encoder.layers</c>, <c>.post_layernorm</c>.</summary>
    public ClipVisionModel(Weights weights, ClipVisionConfig config)
    {
        (Config, _store) = (config, weights.Store);
        var root = weights["vision_model"];
        _embeddings = new ClipVisionEmbeddings(root["embeddings"], config);
        _before = new LayerNorm(root["pre_layrnorm"], config.HiddenSize, config.LayerNormEps);
        var eps = config.IsAurora ? AuroraLayerEps : config.LayerNormEps;
        _layers = Weights.Repeat(config.Layers, i => new VisionLayer(
            root["encoder"]["layers"][i], config.HiddenSize, config.IntermediateSize, config.Heads, config.HiddenAct, eps));
        _after = new LayerNorm(root["post_layernorm"], config.HiddenSize, config.LayerNormEps);
    }

    /// <summary>The model's shape.</summary>
    public ClipVisionConfig Config { get; }

    /// <inheritdoc/>
    public override int HiddenSize => Config.HiddenSize;

    /// <inheritdoc/>
    public override DType DType => _embeddings.DType;

    /// <inheritdoc/>
    public override int PatchSize => Config.PatchSize;

    /// <inheritdoc/>
    public override int ImageSize => Config.ImageSize;

    /// <inheritdoc/>
    public override bool HasClassToken => true;

    /// <summary>True for tensors of vision checkpoints that hold nothing to load: index buffers and AuroraCap's copy of the positions.</summary>
    public static bool MayIgnore(string name) =>
        name.EndsWith("position_ids", StringComparison.Ordinal) || name == "pos_emb";

    /// <summary>Runs all layers and keeps every hidden state.</summary>
    /// <param name="pixels">[images, channels, height, width], normalised</param>
    /// <param name="keptRatio">Share of tokens to keep, in (0, 1]; 1 merges nothing.</param>
    public VisionOutput Forward(Tensor pixels, double keptRatio = 1)
    {
        var states = new List<Tensor>();
        Run(pixels, keptRatio, _layers.Length, states);
        using var scope = new TensorScope();
        var pooled = _after.Forward(states[^1].Select(1, 0)).MoveToOuterScope();
        return new VisionOutput(states, pooled);
    }

    /// <inheritdoc/>
    public override Tensor HiddenState(Tensor pixels, int hiddenState, double keptRatio = 1)
    {
        using var scope = new TensorScope();
        return Run(pixels, keptRatio, LayersFor(hiddenState, _layers.Length), null).MoveToOuterScope();
    }

    /// <summary>How many tokens (without the class token) <see cref="VisionTower.Features"/> gives for an image of that size.</summary>
    public int TokenCount(int height, int width, int hiddenState = -2, double keptRatio = 1) =>
        (int)TokensPerLayer((height, width), hiddenState, keptRatio)[^1] - 1;

    /// <summary>Tokens, the class token included, that go into each layer up to a hidden state, and that come out of the last.</summary>
    public IReadOnlyList<long> TokensPerLayer((int Height, int Width) size, int hiddenState = -2, double keptRatio = 1)
    {
        long tokens = ((long)(size.Height / Config.PatchSize) * (size.Width / Config.PatchSize)) + 1;
        var r = MergedPerLayer(size.Height, size.Width, keptRatio);
        var counts = new List<long> { tokens };
        for (var layer = 0; layer < LayersFor(hiddenState, _layers.Length); layer++)
        {
            counts.Add(tokens -= Math.Min(r, (tokens - 1) / 2));
        }

        return counts;
    }

    /// <summary>
    /// The position embedding that an image of that size gets: [1 + patches, hidden].
    /// </summary>
    public Tensor PositionEmbedding(int height, int width) =>
        _embeddings.PositionEmbedding(height / Config.PatchSize, width / Config.PatchSize);

    /// <summary>Sets the position embeddings to where a fresh tower starts, see <see cref="SinusoidalPositions"/>.</summary>
    public void InitializePositions() => _embeddings.InitializePositions();

    /// <summary>r = ⌊height · width / patch² · (1 − ratio) / layers⌋: tokens that every layer merges away.</summary>
    public long MergedPerLayer(int height, int width, double keptRatio)
    {
        if (!(keptRatio is > 0 and <= 1))
        {
            throw new PralineException($"The share of visual tokens to keep must lie in (0, 1], found {keptRatio}.");
        }

        // The original's order of operations: another one may round to another whole number.
        var r = (long)((double)((long)width * height) / (Config.PatchSize * Config.PatchSize) * (1 - keptRatio) / Config.Layers);
        return r == 0 || Config.IsAurora
            ? r
            : throw new PralineException($"This vision tower does not merge tokens: the share to keep must be 1, found {keptRatio}.");
    }

    private Tensor Run(Tensor pixels, double keptRatio, int layers, List<Tensor>? states)
    {
        var r = MergedPerLayer((int)pixels.Size(2), (int)pixels.Size(3), keptRatio);
        var x = Embed(pixels);
        states?.Add(x);
        Tensor? sizes = null;
        for (var i = 0; i < layers; i++)
        {
            using var previous = states is null ? x : null;
            (x, sizes) = (Checkpointing && states is null, r) switch
            {
                (true, 0) => (_layers[i].ForwardCheckpointed(x, _store.Generators), null),
                (true, _) => _layers[i].ForwardMergingCheckpointed(x, sizes, r, _store.Generators),
                (false, 0) => (_layers[i].Forward(x), null),
                (false, _) => _layers[i].ForwardMerging(x, sizes, r),
            };
            states?.Add(x);
        }

        return x;
    }

    private Tensor Embed(Tensor pixels)
    {
        using var scope = new TensorScope();
        return _before.Forward(_embeddings.Forward(pixels)).MoveToOuterScope();
    }
}
