using System.Text.Json.Nodes;
using Praline.Models.Checkpoints;

namespace Praline.Models.Vision;

/// <summary>
/// The shape of a CLIP vision transformer, as <c>config.json</c> of a <c>clip_vision_model</c> gives it (Radford et al. 2021); the
/// defaults are the reference library's.
/// </summary>
public sealed record ClipVisionConfig : VisionTransformerConfig
{
    /// <summary>The defaults.</summary>
    public ClipVisionConfig() => (PatchSize, HiddenAct, LayerNormEps) = (32, "quick_gelu", 1e-5);

    /// <summary>Width of CLIP's shared space: kept for saving, not used here.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>
    /// True for AuroraCap's encoder, which differs from CLIP's: tokens may be merged, images of any size are taken (position
    /// embeddings are interpolated with a scale factor), and the norms inside its layers ignore <see cref="VisionTransformerConfig.LayerNormEps"/> (1e-5).
    /// </summary>
    public bool IsAurora { get; init; }

    /// <summary>Reads a visual encoder's folder, or that of a whole CLIP (its <c>vision_config</c>).</summary>
    /// <exception cref="PralineException">A key is missing or makes no sense.</exception>
    public static ClipVisionConfig Read(string folder)
    {
        var json = Open(folder);
        var config = Read(json);
        json.RefuseUnread("token_kept_ratio"); // AuroraCap's own
        return config;
    }

    /// <summary>Reads a configuration object.</summary>
    /// <exception cref="PralineException">A key makes no sense.</exception>
    public static ClipVisionConfig Read(ConfigReader json)
    {
        var usual = new ClipVisionConfig();
        return Read(usual, json) with
        {
            ProjectionDim = json.Int("projection_dim", usual.ProjectionDim),
            IsAurora = json.Strings("architectures").Contains("AuroraEncoder"),
        };
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
