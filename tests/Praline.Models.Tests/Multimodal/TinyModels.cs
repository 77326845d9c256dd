using Praline.Media;

namespace Praline.Models.Tests.Multimodal;

/// <summary>Folders that describe very small models, without weights.</summary>
internal static class TinyModels
{
    public static string AuroraCap(string folder, int visionLayers = 3, int imageSize = 28)
    {
        Write(folder, "config.json", """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 16, "intermediate_size": 24,
             "num_attention_heads": 2, "num_hidden_layers": 2, "vocab_size": 60, "max_position_embeddings": 256}
            """);
        Write(folder, "visual_encoder/config.json", $$"""
            {"architectures": ["AuroraEncoder"], "model_type": "clip_vision_model", "hidden_size": 12, "intermediate_size": 20,
             "num_attention_heads": 3, "num_hidden_layers": {{visionLayers}}, "image_size": {{imageSize}}, "patch_size": 7,
             "hidden_act": "gelu"}
            """);
        Write(folder, "projector/config.json", """
            {"model_type": "projector", "visual_hidden_size": 12, "llm_hidden_size": 16, "depth": 2}
            """);
        return folder;
    }

    /// <summary>A picture with some structure in it.</summary>
    public static RgbImage Picture(int width, int height, int seed)
    {
        var random = new Random(seed);
        var image = new RgbImage(width, height);
        random.NextBytes(image.Pixels);
        return image;
    }

    public static void Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
