using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Vision;

/// <summary>
/// SigLIP's vision transformer (Zhai et al. 2023) with Hugging Face's parameter names: no class token, a bias in the patch
/// embedding, a norm after the last layer, and a pooling head with a learned query.
/// </summary>
public sealed class SiglipVisionModel : VisionTower
{
    private readonly PatchEmbedding _patches;
    private readonly Embedding _positions;
    private readonly VisionLayer[] _layers;
    private readonly LayerNorm _after;
    private readonly SiglipPoolingHead? _head;
    private readonly ParameterStore _store;

    /// <summary>Takes <c>vision_model.embeddings</c>, <c>.encoder.layers</c>, <c>.post_layernorm</c> and perhaps <c>.head</c>.</summary>
    public SiglipVisionModel(Weights weights, SiglipVisionConfig config)
    {
        (Config, _store) = (config, weights.Store);
        var root = weights["vision_model"];
        var embeddings = root["embeddings"];
        _patches = new PatchEmbedding(embeddings["patch_embedding"], config.HiddenSize, config.Channels, config.PatchSize, bias: true);
        _positions = new Embedding(embeddings["position_embedding"], config.Grid * config.Grid, config.HiddenSize);
        _layers = Weights.Repeat(config.Layers, i => new VisionLayer(
            root["encoder"]["layers"][i], config.HiddenSize, config.IntermediateSize, config.Heads, config.HiddenAct, config.LayerNormEps));
        _after = new LayerNorm(root["post_layernorm"], config.HiddenSize, config.LayerNormEps);
        _head = config.UseHead ? new SiglipPoolingHead(root["head"], config) : null;
    }

    /// <summary>The model's shape.</summary>
    public SiglipVisionConfig Config { get; }

    /// <inheritdoc/>
    public override int HiddenSize => Config.HiddenSize;

    /// <inheritdoc/>
    public override DType DType => _positions.Weight.DType;

    /// <inheritdoc/>
    public override int PatchSize => Config.PatchSize;

    /// <inheritdoc/>
    public override int ImageSize => Config.ImageSize;

    /// <inheritdoc/>
    public override bool HasClassToken => false;

    /// <summary>Runs all layers: every hidden state (the last one before the final norm), and the pooled vector if there is a head.</summary>
    /// <param name="pixels">[images, channels, height, width], normalised</param>
    public VisionOutput Forward(Tensor pixels)
    {
        var states = new List<Tensor>();
        Run(pixels, _layers.Length, states);
        using var scope = new TensorScope();
        return new VisionOutput(states, _head?.Forward(_after.Forward(states[^1])).MoveToOuterScope());
    }

    /// <summary>The last hidden state after the final norm: [images, patches, hidden] → the same shape.</summary>
    public Tensor Normed(Tensor lastHiddenState) => _after.Forward(lastHiddenState);

    /// <inheritdoc/>
    public override Tensor HiddenState(Tensor pixels, int hiddenState, double keptRatio = 1)
    {
        if (keptRatio != 1)
        {
            throw new PralineException($"SigLIP's vision tower does not merge tokens: the share to keep must be 1, found {keptRatio}.");
        }

        using var scope = new TensorScope();
        return Run(pixels, LayersFor(hiddenState, _layers.Length), null).MoveToOuterScope();
    }

    private Tensor Run(Tensor pixels, int layers, List<Tensor>? states)
    {
        var x = Embed(pixels);
        states?.Add(x);
        for (var i = 0; i < layers; i++)
        {
            using var previous = states is null ? x : null;
            x = Checkpointing && states is null ? _layers[i].ForwardCheckpointed(x, _store.Generators) : _layers[i].Forward(x);
            states?.Add(x);
        }

        return x;
    }

    private Tensor Embed(Tensor pixels)
    {
        using var scope = new TensorScope();
        var (rows, columns) = (pixels.Size(2) / PatchSize, pixels.Size(3) / PatchSize);
        return (_patches.Forward(pixels) + Positions(rows, columns)).MoveToOuterScope();
    }

    /// <summary>[rows · columns, hidden], interpolated (bicubic) when the image has another size than the trained one.</summary>
    private Tensor Positions(long rows, long columns)
    {
        if (rows == Config.Grid && columns == Config.Grid)
        {
            return _positions.Weight;
        }

        var image = _positions.Weight.View(1, Config.Grid, Config.Grid, -1).Permute(0, 3, 1, 2);
        return F.InterpolateBicubic(image, rows, columns).Permute(0, 2, 3, 1).Reshape(rows * columns, -1);
    }
}
