using System.Text.Json;
using Praline.Media;
using Praline.Text.Tokenizers;

namespace Praline.Training.Tests;

/// <summary>A very small AuroraCap without weights, some videos, and rows about them.</summary>
internal sealed class TinyWorld : IDisposable
{
    private static readonly string[] Colours = ["red", "green", "blue"];

    public TinyWorld(int videos = 6)
    {
        Folder = Directory.CreateTempSubdirectory("praline-train-").FullName;
        WriteModel();
        var (rows, pairs) = (new List<string>(), new List<string>());
        for (var i = 0; i < videos; i++)
        {
            var (colour, left) = (i % 3, i % 2 == 0);
            VideoWriter.Write(Path.Combine(Data, $"v{i}.mp4"), Frames(colour, left, i), 4);
            var (right, wrong) = (Caption(colour, left), Caption((colour + 1) % 3, !left) + " It is big.");
            rows.Add(JsonSerializer.Serialize(new { id = $"row{i}", video = $"v{i}.mp4", question = "What moves?", answer = right }));
            pairs.Add(JsonSerializer.Serialize(new
            {
                idx = i,
                video_name = $"v{i}",
                question = "What moves?",
                pos_pre = right,
                neg_pre = wrong,
                pos_score = 9.5,
                neg_score = 3,
            }));
        }

        File.WriteAllLines(SupervisedRows, rows);
        File.WriteAllLines(PairRows, pairs);
    }

    public string Folder { get; }

    public string Model => Path.Combine(Folder, "model");

    public string Data => Path.Combine(Folder, "data");

    public string SupervisedRows => Path.Combine(Data, "sft.jsonl");

    public string PairRows => Path.Combine(Data, "pairs.jsonl");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Caption(int colour, bool left) => $"A {Colours[colour]} square moves to the {(left ? "left" : "right")}.";

    private static IEnumerable<RgbImage> Frames(int colour, bool left, int seed)
    {
        for (var t = 0; t < 8; t++)
        {
            var image = new RgbImage(32, 32);
            var x0 = left ? 20 - (2 * t) : 2 * t;
            for (var y = 8 + seed; y < 18 + seed; y++)
            {
                for (var x = x0; x < x0 + 10; x++)
                {
                    image.Pixels[(((y * 32) + x) * 3) + colour] = 255;
                }
            }

            yield return image;
        }
    }

    private void WriteModel()
    {
        Directory.CreateDirectory(Data);
        string[] texts = ["USER: What moves?\n ASSISTANT:", .. from c in Enumerable.Range(0, 3) from l in new[] { true, false } select Caption(c, l) + " It is big."];
        var tokenizer = BpeTrainer.Train(texts, 330);
        tokenizer.Save(Model);
        Write("config.json", $$"""
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 32, "intermediate_size": 48,
             "num_attention_heads": 4, "num_hidden_layers": 2, "vocab_size": {{tokenizer.VocabularySize}}, "max_position_embeddings": 256,
             "tie_word_embeddings": true, "initializer_range": 0.1}
            """);
        Write("visual_encoder/config.json", """
            {"architectures": ["AuroraEncoder"], "model_type": "clip_vision_model", "hidden_size": 24, "intermediate_size": 32,
             "num_attention_heads": 3, "num_hidden_layers": 3, "image_size": 28, "patch_size": 7, "hidden_act": "gelu", "token_kept_ratio": 0.5,
             "initializer_range": 0.1}
            """);
        Write("projector/config.json", """{"model_type": "projector", "visual_hidden_size": 24, "llm_hidden_size": 32, "depth": 2}""");
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(Model, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
