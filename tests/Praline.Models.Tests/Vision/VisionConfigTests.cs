using System.Text;
using Praline.Models.Checkpoints;
using Praline.Models.Vision;

namespace Praline.Models.Tests.Vision;

/// <summary>Every key of a tower's <c>config.json</c> counts, and what it leaves out is the reference library's default.</summary>
public sealed class VisionConfigTests
{
    private const string Keys = """
        "hidden_size": 96, "intermediate_size": 200, "num_hidden_layers": 5, "num_attention_heads": 6, "num_channels": 1, "image_size": 56, "patch_size": 7,
        "hidden_act": "gelu", "layer_norm_eps": 0.002
        """;

    [Fact]
    public void Clip()
    {
        Assert.Equal(
            new ClipVisionConfig
            {
                HiddenSize = 96,
                IntermediateSize = 200,
                Layers = 5,
                Heads = 6,
                Channels = 1,
                ImageSize = 56,
                PatchSize = 7,
                HiddenAct = "gelu",
                LayerNormEps = 0.002,
                ProjectionDim = 33,
                IsAurora = true,
            },
            ClipVisionConfig.Read(Json($$"""{ {{Keys}}, "projection_dim": 33, "architectures": ["AuroraEncoder"] }""")));
        var usual = ClipVisionConfig.Read(Json("{}"));
        Assert.Equal((768, 12, 224, 32, 7, "quick_gelu", 1e-5), (usual.HiddenSize, usual.Heads, usual.ImageSize, usual.PatchSize, usual.Grid, usual.HiddenAct, usual.LayerNormEps));
    }

    [Fact]
    public void Siglip()
    {
        Assert.Equal(
            new SiglipVisionConfig
            {
                HiddenSize = 96,
                IntermediateSize = 200,
                Layers = 5,
                Heads = 6,
                Channels = 1,
                ImageSize = 56,
                PatchSize = 7,
                HiddenAct = "gelu",
                LayerNormEps = 0.002,
                UseHead = false,
            },
            SiglipVisionConfig.Read(Json($$"""{ {{Keys}}, "vision_use_head": false }""")));
        var usual = SiglipVisionConfig.Read(Json("{}"));
        Assert.Equal((768, 12, 224, 16, 14, "gelu_pytorch_tanh", 1e-6), (usual.HiddenSize, usual.Heads, usual.ImageSize, usual.PatchSize, usual.Grid, usual.HiddenAct, usual.LayerNormEps));
    }

    private static ConfigReader Json(string text) => ConfigReader.Parse(Encoding.UTF8.GetBytes(text), "config.json");
}
