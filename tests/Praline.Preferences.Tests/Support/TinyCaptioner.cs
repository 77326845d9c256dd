using System.Text.Json;
using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;

namespace Praline.Preferences.Tests;

/// <summary>A real model with random weights and real videos, both very small.</summary>
internal static class TinyCaptioner
{
    /// <summary>Writes an AuroraCap of a few thousand parameters with a tokenizer of single characters, and opens it.</summary>
    public static AuroraCap Model(string folder)
    {
        string[] special = ["<unk>", "<s>", "</s>"];
        var characters = Enumerable.Range(' ', '~' - ' ' + 1).Select(c => ((char)c).ToString()).Append("\n");
        var vocabulary = special.Concat(characters).Index().ToDictionary(t => t.Item, t => t.Index);
        Write(folder, "config.json", new
        {
            model_type = "llama",
            hidden_size = 16,
            intermediate_size = 24,
            num_attention_heads = 2,
            num_hidden_layers = 2,
            vocab_size = vocabulary.Count,
            max_position_embeddings = 4096,
            bos_token_id = 1,
            eos_token_id = 2,
            initializer_range = 0.5,
        });
        Write(folder, "visual_encoder/config.json", new
        {
            model_type = "clip_vision_model",
            hidden_size = 12,
            intermediate_size = 20,
            num_attention_heads = 3,
            num_hidden_layers = 2,
            image_size = 28,
            patch_size = 7,
            hidden_act = "gelu",
        });
        Write(folder, "projector/config.json", new { model_type = "projector", visual_hidden_size = 12, llm_hidden_size = 16, depth = 2 });
        Write(folder, "tokenizer.json", new
        {
            version = "1.0",
            added_tokens = special.Select((t, i) => new { id = i, content = t, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
            model = new { type = "BPE", unk_token = "<unk>", vocab = vocabulary, merges = Array.Empty<string>() },
            decoder = new { type = "Fuse" },
        });

        // Nothing here is large enough to share among threads.
        Praline.Torch.TorchRuntime.Threads = 1;
        return AuroraCap.Create(folder, seed: 5, new LoadOptions { TokenKeptRatio = 0.5 });
    }

    /// <summary>Writes mp4 files in which a square wanders.</summary>
    public static void Videos(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        for (var v = 0; v < count; v++)
        {
            var frames = Enumerable.Range(0, 24 + 8 * v).Select(f =>
            {
                var image = new RgbImage(48, 32);
                for (var y = 8; y < 16; y++)
                {
                    image.Row(y).Slice((f + 5 * v) % 40 * 3, 24).Fill((byte)(120 + 20 * v));
                }

                return image;
            });
            VideoWriter.Write(Path.Combine(folder, $"v{v}.mp4"), frames, 8);
        }
    }

    private static void Write(string folder, string name, object content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
    }
}
