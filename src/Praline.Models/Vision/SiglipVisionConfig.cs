using Praline.Models.Checkpoints;

namespace Praline.Models.Vision;

/// <summary>
/// The shape of a SigLIP vision transformer (Zhai et al. 2023), as <c>config.json</c> of a <c>siglip_vision_model</c> gives it; the
/// defaults are the reference library's.
/// </summary>
public sealed record SiglipVisionConfig : VisionTransformerConfig
{
    /// <summary>The defaults.</summary>
    public SiglipVisionConfig() => (PatchSize, HiddenAct, LayerNormEps) = (16, "gelu_pytorch_tanh", 1e-6);

    /// <summary>Whether the checkpoint has the attention-pooling head.</summary>
    public bool UseHead { get; init; } = true;

    /// <summary>Reads a vision tower's folder, or that of a whole SigLIP (its <c>vision_config</c>).</summary>
    /// <exception cref="PralineException">A key is missing or makes no sense.</exception>
    public static SiglipVisionConfig Read(string folder)
    {
        var json = Open(folder);
        var config = Read(json);
        json.RefuseUnread();
        return config;
    }

    /// <summary>Reads a configuration object.</summary>
    /// <exception cref="PralineException">A key makes no sense.</exception>
    public static SiglipVisionConfig Read(ConfigReader json)
    {
        var usual = new SiglipVisionConfig();
        return Read(usual, json) with { UseHead = json.Bool("vision_use_head", usual.UseHead) };
    }
}
