using System.Text.Json.Nodes;
using Praline.Models.Checkpoints;
using Praline.Models.Language;

namespace Praline.Models.Vision;

/// <summary>
/// The shape of a CLIP vision transformer, as <c>config.json</c> of a <c>clip_vision_model</c> gives it (Radford et al. 2021); the
/// defaults are the reference library's.
/// </summary>
public sealed record ClipVisionConfig
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

    /// <summary>Pixels per side that the position embedding was trained on.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Pixels per side of a patch.</summary>
    public int PatchSize { get; init; } = 32;

    /// <summary>Name of the feed-forward activation.</summary>
    public string HiddenAct { get; init; } = "quick_gelu";

    /// <summary>Epsilon of the layer norms.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>Width of CLIP's shared space: kept for saving, not used here.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>
    /// True for AuroraCap's encoder, which differs from CLIP's: tokens may be merged, images of any size are taken (position
    /// embeddings are interpolated with a scale factor), and the norms inside its layers ignore <see cref="LayerNormEps"/> (1e-5).
    /// </summary>
    public bool IsAurora { get; init; }

    /// <summary>Patches per side at <see cref="ImageSize"/>.</summary>
    public int Grid => ImageSize / PatchSize;

    /// <summary>Reads a visual encoder's folder, or that of a whole CLIP (its <c>vision_config</c>).</summary>
    /// <exception cref="PralineException">A key is missing or makes no sense.</exception>
    public static ClipVisionConfig Read(string folder)
    {
        var json = ConfigReader.Open(folder);
        return Read(json.Object("vision_config") ?? json);
    }

    /// <summary>Reads a configuration object.</summary>
    /// <exception cref="PralineException">A key makes no sense.</exception>
    public static ClipVisionConfig Read(ConfigReader json)
    {
        var usual = new ClipVisionConfig();
        var config = new ClipVisionConfig
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
            ProjectionDim = json.Int("projection_dim", usual.ProjectionDim),
            IsAurora = json.Strings("architectures").Contains("AuroraEncoder"),
        };
        VisionConfigs.Check(json, config.HiddenSize, config.Heads, config.ImageSize, config.PatchSize, config.HiddenAct);
        return config;
    }

    /// <summary>The configuration as <c>config.json</c> holds it.</summary>
    public JsonObject ToJson(string dtype) => new()
    {
        ["architectures"] = new JsonArray(IsAurora ? "AuroraEncoder" : "CLIPVisionModel"),
        ["attention_dropout"] = 0.0,
        ["hidden_act"] = HiddenAct,
        ["hidden_size"] = HiddenSize,
        ["image_size"] = ImageSize,
        ["intermediate_size"] = IntermediateSize,
        ["layer_norm_eps"] = LayerNormEps,
        ["model_type"] = "clip_vision_model",
        ["num_attention_heads"] = Heads,
        ["num_channels"] = Channels,
        ["num_hidden_layers"] = Layers,
        ["patch_size"] = PatchSize,
        ["projection_dim"] = ProjectionDim,
        ["torch_dtype"] = dtype,
    };
}
