using Praline.Models.Checkpoints;

namespace Praline.Models.Vision;

/// <summary>
/// The shape of a SigLIP vision transformer (Zhai et al. 2023), as <c>config.json</c> of a <c>siglip_vision_model</c> gives it; the
/// defaults are the reference library's.
/// </summary>
public sealed record SiglipVisionConfig
{
    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Width inside the feed-forward blocks.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Number of layers.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads per layer; divides <see cref="HiddenSize"/>.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Colour channels.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Pixels per side of the images.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Pixels per side of a patch.</summary>
    public int PatchSize { get; init; } = 16;

    /// <summary>Name of the feed-forward activation.</summary>
    public string HiddenAct { get; init; } = "gelu_pytorch_tanh";

    /// <summary>Epsilon of the layer norms.</summary>
    public double LayerNormEps { get; init; } = 1e-6;

    /// <summary>Whether the checkpoint has the attention-pooling head.</summary>
    public bool UseHead { get; init; } = true;

    /// <summary>Patches per side.</summary>
    public int Grid => ImageSize / PatchSize;

    /// <summary>Reads a vision tower's folder, or that of a whole SigLIP (its <c>vision_config</c>).</summary>
    /// <exception cref="PralineException">A key is missing or makes no sense.</exception>
    public static SiglipVisionConfig Read(string folder)
    {
        var json = ConfigReader.Open(folder);
        return Read(json.Object("vision_config") ?? json);
    }

    /// <summary>Reads a configuration object.</summary>
    /// <exception cref="PralineException">A key makes no sense.</exception>
    public static SiglipVisionConfig Read(ConfigReader json)
    {
        var usual = new SiglipVisionConfig();
        var config = new SiglipVisionConfig
        {
            HiddenSize = json.Int("hidden_size", usual.HiddenSize),
            IntermediateSize = json.Int("intermediate_size", usual.IntermediateSize),
            Layers = json.Int("num_hidden_layers", usual.Layers),
            Heads = json.Int("num_attention_heads", usual.Heads),
            Channels = json.Int("num_channels", usual.Channels),
            ImageSize = json.Int("image_size", usual.ImageSize),
            PatchSize = json.Int("patch_size", usual.PatchSize),
            HiddenAct = json.String("hidden_act", usual.HiddenAct)!,
            LayerNormEps = json.Double("layer_norm_eps", usual.LayerNormEps),
            UseHead = json.Bool("vision_use_head", usual.UseHead),
        };
        VisionConfigs.Check(json, config.HiddenSize, config.Heads, config.ImageSize, config.PatchSize, config.HiddenAct);
        return config;
    }
}
