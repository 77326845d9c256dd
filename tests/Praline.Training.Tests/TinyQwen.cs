using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Text.Tokenizers;
using Praline.Models.Vision;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Training.Tests;

/// <summary>Writes a very small Qwen2-VL with random weights and a tokenizer.</summary>
internal static class TinyQwen
{
    /// <summary>The checkpoint's folder.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="texts">What the tokenizer learns from.</param>
    /// <param name="template">A chat template; null for the family's own form.</param>
    public static string Write(string folder, IEnumerable<string> texts, string? template = null)
    {
        Directory.CreateDirectory(folder);
        string[] special = ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"];
        var tokenizer = BpeTrainer.Train(texts, 330, new() { AdditionalSpecialTokens = special, AddBosToken = false });
        tokenizer.Save(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"model_type": "qwen2_vl", "hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2,
             "num_key_value_heads": 1, "vocab_size": {{tokenizer.VocabularySize}}, "max_position_embeddings": 256, "tie_word_embeddings": true,
             "image_token_id": 8, "video_token_id": 9, "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]},
             "vision_config": {"depth": 2, "embed_dim": 16, "hidden_size": 16, "num_heads": 2, "patch_size": 14, "mlp_ratio": 2} }
            """);
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), """{"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 3136, "max_pixels": 12544}""");
        if (template is not null)
        {
            File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), template);
        }

        using var store = new ParameterStore(new RandomSource(9, 0.2));
        var config = Qwen2VlConfig.Read(folder);
        _ = new LlamaModel(config.Text, store.Root);
        _ = new QwenVisionModel(store.Root["visual"], config.Vision);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), store.Parameters);
        return folder;
    }
}
