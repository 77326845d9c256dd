using System.Text.Json;
using Praline.Media;
using Praline.Models.Families.Qwen3VL;
using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Families;

/// <summary>Qwen3-VL beside its reference numbers (CheckpointVerifierGoldenTests): its processor, and computations that must equal each other.</summary>
public sealed class Qwen3VlTests
{
    private static string Folder => Golden.PathOfHelper("qwen3_vl", "images_two_sizes");

    /// <summary>Template, tokenizer, image processor: from messages and pictures to the ids and patches that the reference's processor (Pillow) made.</summary>
    [Fact]
    public void IdsAndPatchesAreTheProcessors()
    {
        using var scope = new TensorScope();
        using var model = Qwen3Vl.Load(Folder);
        var inputs = SafetensorsFile.Load(Path.Combine(Folder, "inputs.safetensors"));
        var images = Images();
        var patches = images.SelectMany(image => model.ImageProcessor.Process(image).Pixels.Data).ToArray();
        var wanted = inputs["pixel_values"].ToArray<float>();
        var pillow = SafetensorsFile.Load(Path.Combine(Folder, "processor_pil.safetensors"));
        var (at, values) = (pillow.Values.Single(t => t.DType == DType.Int64).ToArray<long>(), pillow.Values.Single(t => t.DType == DType.Float32).ToArray<float>());
        for (var i = 0; i < at.Length; i++)
        {
            wanted[at[i]] = values[i];
        }

        Close.Equal([.. wanted.Select(v => (double)v)], [.. patches.Select(v => (double)v)], 2e-6, 1e-6, "pixel_values");

        using var prompt = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "prompt.json")));
        var (first, row) = (0, 0);
        foreach (var item in prompt.RootElement.GetProperty("rows").EnumerateArray())
        {
            var count = item.GetProperty("images").GetInt32();
            var counts = model.CountTokens([.. images.Skip(first).Take(count).Select(image => (image.Height, image.Width))]);
            var messages = item.GetProperty("messages").EnumerateArray().Select(message => new PromptMessage(message.GetProperty("role").GetString()!, Parts(message))).ToArray();
            var own = new ConversationWriter(model).Prompt(messages);
            var (ids, mask) = (inputs["input_ids"].Select(0, row).ToArray<int>(), inputs["attention_mask"].Select(0, row).ToArray<int>());
            Assert.Equal(model.FromReferenceIds([.. ids.Where((_, i) => mask[i] == 1)], counts).Ids, own.Ids);
            (first, row) = (first + count, row + 1);
        }
    }

    /// <summary>[prompt][a][b] in one stream = [prompt a] and [prompt b], whether activations are kept or recomputed; gradients too.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void APackedPairIsTwoSequences(bool checkpointing)
    {
        using var scope = new TensorScope();
        using var model = Qwen3Vl.Load(Folder);
        var language = model.Language;
        int[][] answers = [[5, 6, 7], [8, 9]];
        var layer = language.Store.Parameters.First(p => p.Key.EndsWith("layers.0.self_attn.q_norm.weight", StringComparison.Ordinal)).Value;
        layer.RequiresGrad = true;

        Tensor Ids(int[] ids) => language.Embed(Tensor.From<long>([.. ids.Select(id => (long)id)]));
        var prompt = Prompt(model);
        var layout = new PackedLayout(new SequenceTree(prompt.Length, 3, 2));
        var packed = language.ForwardPacked(
            Tensor.Cat([prompt.Embeddings, Ids(answers[0]), Ids(answers[1])]), layout, PackedPositions.For(layout, [prompt.PositionIds], Device.Cpu), checkpointing);
        (packed.Narrow(0, prompt.Length, 5) * packed.Narrow(0, prompt.Length, 5)).Sum().Backward();
        var gradient = layer.Grad!.Clone();
        layer.Grad!.ZeroInPlace();

        Tensor total = Tensor.Zeros([1], DType.Float32);
        for (var i = 0; i < 2; i++)
        {
            var single = new PackedLayout(new SequenceTree(prompt.Length, answers[i].Length));
            var hidden = language.ForwardPacked(
                Tensor.Cat([prompt.Embeddings, Ids(answers[i])]), single, PackedPositions.For(single, [prompt.PositionIds], Device.Cpu)).Narrow(0, prompt.Length, answers[i].Length);
            Close.Equal(hidden.Detach(), packed.Detach().Narrow(0, layout.ResponseStart(0, i), answers[i].Length), 1e-5, 1e-5, $"answer {i}");
            total += (hidden * hidden).Sum();
        }

        total.Sum().Backward();
        Close.Gradient(gradient, layer.Grad!, "gradient");
    }

    /// <summary>Decoding step by step with a cache = one forward pass over prompt and answer: the deep stack is part of the prompt alone.</summary>
    [Fact]
    public void CachedDecodingIsTheWholeForwardPass()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var model = Qwen3Vl.Load(Folder);
        var prompt = Prompt(model);
        var tokens = new TextGenerator(model.Language).Generate([new GenerationRequest
        {
            PromptEmbeddings = prompt.Embeddings,
            PromptPositionIds = prompt.PositionIds,
            Options = new GenerationOptions { MaxNewTokens = 6, EosTokenIds = [] },
        }])[0][0].TokenIds;
        var layout = new PackedLayout(new SequenceTree(prompt.Length, tokens.Length));
        var whole = model.Language.ForwardPacked(
            Tensor.Cat([prompt.Embeddings, model.Language.Embed(Tensor.From<long>([.. tokens.Select(id => (long)id)]))]),
            layout, PackedPositions.For(layout, [prompt.PositionIds], Device.Cpu));
        var expected = model.Language.Logits(whole.Narrow(0, prompt.Length - 1, tokens.Length)).Argmax(-1).ToArray<int>();
        Assert.Equal(expected, tokens);
    }

    [Fact]
    public void ASavedModelIsTheSame()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = Qwen3Vl.Load(Folder);
        model.Save(folder.Path);
        using var again = Qwen3Vl.Load(folder.Path);
        Assert.Equal(model.Fingerprint, again.Fingerprint);
        Assert.Equal(
            SafetensorsFile.Open(Path.Combine(Folder, "model.safetensors")).Tensors.Keys.Order(StringComparer.Ordinal),
            SafetensorsFile.Open(folder["model.safetensors"]).Tensors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AVideoIsRefused()
    {
        using var model = Qwen3Vl.Load(Folder);
        Assert.Contains("not supported yet", Assert.Throws<PralineException>(() => model.CountTokens([(24, 24)], MediaKind.Video)).Message);
    }

    private static PromptEmbeddings Prompt(Qwen3Vl model)
    {
        using var noGrad = NoGrad.Begin();
        var features = model.Encode([.. Images().Take(2)]);
        return model.EmbedPrompt(model.Tokenize("<image> and <image>: compare."), features);
    }

    private static PromptPart[] Parts(JsonElement message) => message.GetProperty("content") is { ValueKind: JsonValueKind.String } text
        ? [new PromptPart(text.GetString())]
        : [.. message.GetProperty("content").EnumerateArray().Select(part =>
            part.GetProperty("type").GetString() == "image" ? new PromptPart(null, 1) : new PromptPart(part.GetProperty("text").GetString()))];

    private static RgbImage[] Images() =>
    [
        .. SafetensorsFile.Load(Path.Combine(Folder, "media.safetensors")).OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => new RgbImage((int)t.Value.Size(1), (int)t.Value.Size(0), t.Value.ToArray<byte>())),
    ];
}
