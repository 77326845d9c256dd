using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Multimodal;

public class AuroraCapTests
{
    [Fact]
    public void A_fresh_model_saved_and_loaded_again_is_the_same_model()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var fresh = AuroraCap.Create(TinyModels.AuroraCap(folder["blank"]), seed: 7, new LoadOptions { TokenKeptRatio = 0.5 });
        fresh.Save(folder["saved"]);
        using var loaded = (AuroraCap)VisionLanguageModel.Load(folder["saved"], new LoadOptions { TokenKeptRatio = 0.5 });

        Assert.Equal(fresh.Fingerprint, loaded.Fingerprint);
        var pixels = Tensor.Randn([2, 3, 28, 28], new Generator(1));
        Close.Equal(fresh.EncodePixels(pixels), loaded.EncodePixels(pixels), 0, 0, "features");
        Assert.True(File.Exists(folder["saved", "visual_encoder", "config.json"]));
    }

    [Fact]
    public void Seeds_make_different_models_and_the_same_seed_the_same()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var blank = TinyModels.AuroraCap(folder["blank"]);
        using var first = AuroraCap.Create(blank, 1);
        using var again = AuroraCap.Create(blank, 1);
        using var other = AuroraCap.Create(blank, 2);

        Assert.Equal(first.Fingerprint, again.Fingerprint);
        Assert.NotEqual(first.Fingerprint, other.Fingerprint);
        Assert.NotEqual(first.VisionFingerprint, other.VisionFingerprint);
        Assert.NotEqual(first.Fingerprint, first.VisionFingerprint);
    }

    [Theory]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    public void Saves_in_half_precision_with_the_original_names_and_opens_on_the_cpu(DType dtype)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var fresh = AuroraCap.Create(TinyModels.AuroraCap(folder["blank"]), seed: 7);
        fresh.Save(folder["half"], dtype);

        using (var file = SafetensorsFile.Open(folder["half", "projector", "model.safetensors"]))
        {
            Assert.Equal(["model.0.bias", "model.0.weight", "model.2.bias", "model.2.weight"], file.Tensors.Keys.Order(StringComparer.Ordinal));
            Assert.All(file.Tensors.Values, entry => Assert.Equal(dtype, entry.DType));
        }

        Assert.Contains($"\"torch_dtype\": \"{dtype.ToString().ToLowerInvariant()}\"", File.ReadAllText(folder["half", "config.json"]));
        using var loaded = AuroraCap.Load(folder["half"], new LoadOptions { DType = DType.Float32 });
        var difference = (fresh.Language.LmHead.Weight - loaded.Language.LmHead.Weight).Abs().Max().Item<float>();
        Assert.InRange(difference, 1e-9, 1e-3);
        using var asIs = AuroraCap.Load(folder["half"]);
        Assert.Equal(dtype == DType.Float16 ? DType.Float32 : dtype, asIs.Language.DType);
    }

    [Fact]
    public void Frames_become_features_that_fit_a_prompt()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = AuroraCap.Create(TinyModels.AuroraCap(folder["blank"]), seed: 3, new LoadOptions { TokenKeptRatio = 0.5 });
        var frames = Enumerable.Range(0, 3).Select(i => TinyModels.Picture(40 + i, 50, i)).ToArray();

        var features = model.Encode(frames, MediaKind.Video);
        var single = model.Encode([frames[1]]);
        var prompt = new PromptTokens([1, PromptTokens.ImageToken, 9, PromptTokens.ImageToken, PromptTokens.ImageToken, 4]);
        var embedded = model.EmbedPrompt(prompt, features);

        // 16 patches, r = ⌊16 · 0.5 / 3⌋ = 2 in each of the two layers before the features.
        Assert.Equal([12, 12, 12], features.Counts);
        Assert.Equal(prompt.LengthWith(features.Counts), embedded.Length);
        Close.Equal(single.Tokens, features.Image(1), 1e-6, 1e-6, "a frame alone and among others");
        Close.Equal(features.Image(0), embedded.Embeddings.Narrow(0, 1, 12), 0, 0, "visual tokens in the prompt");
        Close.Equal(model.Language.Embed(Tensor.From<long>([9])), embedded.Embeddings.Narrow(0, 13, 1), 0, 0, "text between them");
        Assert.Equal(3, model.EmbedPrompt(new PromptTokens([1, 2, 3])).Length);
    }

    [Fact]
    public void The_tower_trains_through_the_merging()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = AuroraCap.Create(TinyModels.AuroraCap(folder["blank"]), seed: 3, new LoadOptions { TokenKeptRatio = 0.3 });
        var trained = model.Parameters(ModelPart.VisionTower).Concat(model.Parameters(ModelPart.Projector)).ToList();
        trained.ForEach(p => p.Value.RequiresGrad = true);

        model.EncodePixels(Tensor.Randn([2, 3, 28, 28], new Generator(1))).Tanh().Sum().Backward();

        // The last layer and the final norm lie behind the features: nothing reaches them.
        var layers = model.VisualEncoder.Config.Layers;
        Assert.All(trained, p => Assert.Equal(
            p.Key.Contains($"layers.{layers - 1}.", StringComparison.Ordinal) || p.Key.Contains("post_layernorm", StringComparison.Ordinal),
            p.Value.Grad is null));
    }

    [Fact]
    public void Errors_name_what_is_wrong()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var fresh = AuroraCap.Create(TinyModels.AuroraCap(folder["blank"]), seed: 7);
        fresh.Save(folder["model"]);
        Assert.Contains("must lie in (0, 1], found 0", Message(() => AuroraCap.Load(folder["model"], new LoadOptions { TokenKeptRatio = 0 })));

        var prompt = new PromptTokens([1, PromptTokens.ImageToken, 5]);
        Assert.Contains("prompt: 1, images given: 0", Message(() => fresh.EmbedPrompt(prompt)));

        File.Delete(folder["model", "projector", "model.safetensors"]);
        Assert.Contains("projector has no model.safetensors", Message(() => AuroraCap.Load(folder["model"])));
        Directory.Delete(folder["model", "projector"], recursive: true);
        Assert.Contains("has no folder projector/", Message(() => AuroraCap.Load(folder["model"])));
        Directory.Delete(folder["model", "visual_encoder"], recursive: true);
        using (var language = VisionLanguageModel.Load(folder["model"]))
        {
            Assert.False(language.HasVision); // without the tower's folder it is a language model alone
            Assert.Contains("reads text alone", Message(() => language.Encode([new RgbImage(1, 1, new byte[3])])));
        }

        File.WriteAllText(folder["model", "config.json"], """{"model_type": "llava_mistral"}""");
        Assert.Contains("llava-hf/", Message(() => VisionLanguageModel.Load(folder["model"])));
    }

    private static string Message(Func<object> act) => Assert.ThrowsAny<PralineException>(act).Message;
}
