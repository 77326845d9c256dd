using Praline.Models.Checkpoints;
using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Models.Vision;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Multimodal;

/// <summary>Qwen2-VL and Qwen2.5-VL as whole models: what must be equal to what.</summary>
public class Qwen2VlTests
{
    private const int Image = PromptTokens.ImageToken;

    [Theory]
    [InlineData("qwen2_vl", "model.", "visual.")]
    [InlineData("qwen2_vl", "model.language_model.", "model.visual.")]
    [InlineData("qwen2_5_vl", "model.", "visual.")]
    [InlineData("qwen2_5_vl", "model.language_model.", "model.visual.")]
    public void Opens_under_the_names_of_all_versions(string type, string language, string visual)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var plain = Open(folder["a"], type);
        using var renamed = Open(folder["b"], type, language, visual);
        Assert.Equal(type, renamed.ModelType);
        Assert.Equal(plain.Fingerprint, renamed.Fingerprint);
        Assert.NotEmpty(renamed.Parameters(ModelPart.Projector));
        Assert.NotEmpty(renamed.Parameters(ModelPart.VisionTower));
    }

    [Theory]
    [InlineData("qwen2_vl")]
    [InlineData("qwen2_5_vl")]
    public void Images_are_independent_and_counted_beforehand(string type)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = Open(folder.Path, type);
        var images = new[] { TinyModels.Picture(70, 60, 1), TinyModels.Picture(60, 120, 2) };

        var both = model.Encode(images);
        var second = model.Encode([images[1]]);

        Assert.Equal([.. model.CountTokens([(60, 70), (120, 60)])], both.Counts);
        Assert.Equal([new VisionGrid(1, 2, 2), new VisionGrid(1, 4, 2)], both.Grids);
        Close.Equal(second.Tokens, both.Image(1), 1e-5, 1e-5, "the second image");
    }

    [Fact]
    public void A_video_is_one_item_with_time()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = Open(folder.Path, "qwen2_5_vl");
        var frames = Enumerable.Range(0, 5).Select(i => TinyModels.Picture(60, 60, i)).ToArray();

        var features = model.Encode(frames, MediaKind.Video, secondsPerFrame: 0.5);

        Assert.Equal([new VisionGrid(3, 2, 2, 1)], features.Grids); // 5 frames, two to a step
        Assert.Equal(features.Counts, model.CountTokens([.. frames.Select(f => (f.Height, f.Width))], MediaKind.Video));
        var prompt = model.EmbedPrompt(new PromptTokens([1, Image, 2]), features);
        Assert.Equal([0, 1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9, 10], prompt.PositionIds!.Select(0, 0).ToArray<int>()); // 4 positions per second
        Close.Equal(
            model.Encode(frames[..2], MediaKind.Video).Tokens, features.Tokens.Narrow(0, 0, 4), 1e-5, 1e-5, "the first step alone");
    }

    [Fact]
    public void An_image_with_repeated_positions_equals_text_when_the_positions_do()
    {
        // M-RoPE with three equal rows is plain RoPE.
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = Open(folder.Path, "qwen2_vl");
        var embeds = model.EmbedPrompt(new PromptTokens([3, 1, 4, 1, 5])).Embeddings.Unsqueeze(0);
        var positions = Tensor.Arange(0, 5).Unsqueeze(0);
        Close.Equal(
            model.Language.Forward(embeds, positions), model.Language.Forward(embeds, positions.Unsqueeze(0).Expand(3, 1, 5)), 1e-6, 1e-6, "hidden states");
    }

    [Fact]
    public void Packed_responses_and_generation_continue_after_the_largest_position()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = Open(folder.Path, "qwen2_vl");
        var features = model.Encode([TinyModels.Picture(60, 120, 2)]); // 4 × 2 tokens
        var prompt = model.EmbedPrompt(new PromptTokens([7, Image, 8]), features);
        int[][] answers = [[3, 4], [5, 6, 9]];
        var responses = answers.Select(a => model.Language.Embed(Tensor.From<long>([.. a.Select(id => (long)id)]))).ToArray();
        var layout = new PackedLayout(new SequenceTree(prompt.Length, 2, 3));
        var packed = model.Language.ForwardPacked(
            Tensor.Cat([prompt.Embeddings, .. responses]), layout, PackedPositions.For(layout, [prompt.PositionIds], prompt.Embeddings.Device));

        for (var i = 0; i < answers.Length; i++)
        {
            // Written out: token 7 at 0, four rows and two columns from 1, so the next is at 5.
            long[] after = [.. Enumerable.Range(5, 1 + answers[i].Length).Select(p => (long)p)];
            long[] rows = [0, 1, 1, 2, 2, 3, 3, 4, 4, .. after], columns = [0, 1, 2, 1, 2, 1, 2, 1, 2, .. after], time = [0, 1, 1, 1, 1, 1, 1, 1, 1, .. after];
            var positions = Tensor.From<long>([.. time, .. rows, .. columns], 3, 1, rows.Length);
            var alone = model.Language.Forward(Tensor.Cat([prompt.Embeddings, responses[i]]).Unsqueeze(0), positions).Select(0, 0);
            var start = layout.ResponseStart(0, i);
            Close.Equal(alone.Narrow(0, prompt.Length, answers[i].Length), packed.Narrow(0, start, answers[i].Length), 1e-5, 1e-5, $"response {i}");
            if (i == 0)
            {
                var generated = new TextGenerator(model.Language).Generate(new GenerationRequest
                {
                    PromptEmbeddings = prompt.Embeddings,
                    PromptPositionIds = prompt.PositionIds,
                    Options = new GenerationOptions { MaxNewTokens = 1 },
                });
                Assert.Equal(model.Language.Logits(alone.Narrow(0, prompt.Length - 1, 1)).Argmax(-1).Item<long>(), generated[0].TokenIds[0]);
            }
        }
    }

    internal static Qwen2Vl Open(string folder, string type, string language = "model.", string visual = "visual.")
    {
        TinyModels.Write(folder, "config.json", $$"""
            {"model_type": "{{type}}", "hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2,
             "num_key_value_heads": 1, "vocab_size": 40, "max_position_embeddings": 256, "tie_word_embeddings": true,
             "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]},
             "vision_config": {"depth": 2, "embed_dim": 16, "hidden_size": 16, "out_hidden_size": 16, "intermediate_size": 20, "num_heads": 2,
              "patch_size": 14, "mlp_ratio": 2, "window_size": 56, "fullatt_block_indexes": [1] } }
            """);
        TinyModels.Write(folder, "preprocessor_config.json", """{"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 3136, "max_pixels": 12544}""");
        using var store = new ParameterStore(new RandomSource(9, 0.2));
        var config = Qwen2VlConfig.Read(folder);
        _ = new LlamaModel(config.Text, store.Root);
        _ = new QwenVisionModel(store.Root["visual"], config.Vision);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), store.Parameters.ToDictionary(
            p => p.Key.StartsWith("visual.", StringComparison.Ordinal) ? visual + p.Key["visual.".Length..] : language + p.Key["model.".Length..],
            p => p.Value));
        return (Qwen2Vl)VisionLanguageModel.Load(folder);
    }
}
