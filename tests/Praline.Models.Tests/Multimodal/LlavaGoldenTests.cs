using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Multimodal;

/// <summary>
/// LLaVA-1.5 and LLaVA-NeXT against transformers 4.46.1 (tests/golden/llava15 and llava_next). The reference pads rows to the left;
/// here each row runs without padding, and only its real tokens are compared.
/// </summary>
public class LlavaGoldenTests
{
    public static TheoryData<string, string> Cases => Golden.CasesOf("llava15", "llava_next");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Features_logits_loss_and_gradients_equal_the_reference(string kind, string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var golden = new GoldenCase(kind, name);
        using var model = (LlavaModel)VisionLanguageModel.Load(golden.Folder);
        var parameters = Enum.GetValues<ModelPart>().SelectMany(model.Parameters).ToDictionary();
        foreach (var parameter in parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        var images = Encode(golden, model, compare: true);
        var imagesPerRow = golden.Meta().GetProperty("images_per_row").EnumerateArray().Select(n => n.GetInt32()).ToArray();
        var (expectedEmbeds, expectedLogits) = (golden.Expected("inputs_embeds"), golden.Expected("logits"));
        var (embeds, logits, mask) = (new List<Tensor>(), new List<Tensor>(), golden.Input("attention_mask").To(DType.Bool));
        Tensor? loss = null;
        long counted = 0;
        var first = 0;
        for (var row = 0; row < imagesPerRow.Length; row++)
        {
            var features = VisionFeatures.Concat([.. images.Skip(first).Take(imagesPerRow[row])]);
            first += imagesPerRow[row];
            var real = Real(golden, "", row, "input_ids");
            var prompt = model.FromReferenceIds(real, features.Counts);
            Assert.Equal(prompt.Ids, model.FromReferenceIds(Real(golden, "single_image_token.", row, "input_ids"), features.Counts).Ids);
            Assert.Equal(real.Length, prompt.LengthWith(features.Counts));

            var rowEmbeds = model.EmbedPrompt(prompt, features).Embeddings;
            var rowLogits = Logits(model, rowEmbeds);
            embeds.Add(LeftPad(rowEmbeds, expectedEmbeds.Size(1)));
            logits.Add(LeftPad(rowLogits, expectedLogits.Size(1)));
            var labels = Tensor.From<long>([.. Real(golden, "", row, "labels").Select(l => (long)l)]).Slice(0, 1);
            var rowLoss = F.CrossEntropy(rowLogits.Slice(0, 0, -1), labels, sum: true);
            loss = loss is null ? rowLoss : loss + rowLoss;
            counted += labels.Ne(-100).Sum().Item<long>();
        }

        golden.Close("inputs_embeds", Tensor.Stack([.. embeds]), Mask(mask, expectedEmbeds));
        golden.Close("logits", Tensor.Stack([.. logits]), Mask(mask, expectedLogits));
        loss = loss! * (1.0 / counted);
        golden.CloseLoss("loss", loss);
        loss.Backward();
        golden.CloseGradients(parameters.GetValueOrDefault);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Greedy_continuations_equal_the_reference(string kind, string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var golden = new GoldenCase(kind, name);
        using var model = (LlavaModel)VisionLanguageModel.Load(golden.Folder);
        using var noGrad = NoGrad.Begin();
        var images = Encode(golden, model, compare: false);
        var imagesPerRow = golden.Meta().GetProperty("images_per_row").EnumerateArray().Select(n => n.GetInt32()).ToArray();
        var prompts = new List<Tensor>();
        var first = 0;
        for (var row = 0; row < imagesPerRow.Length; row++)
        {
            var features = VisionFeatures.Concat([.. images.Skip(first).Take(imagesPerRow[row])]);
            first += imagesPerRow[row];
            prompts.Add(model.EmbedPrompt(model.FromReferenceIds(Real(golden, "", row, "input_ids"), features.Counts), features).Embeddings);
        }

        var expected = golden.Expected("generated_new_ids");
        var expanded = golden.Meta().GetProperty("generation_from").GetString() == "expanded input_ids";
        golden.Same("generated_new_ids", AsTheReferenceGenerates(model, prompts, (int)expected.Size(1), expanded));
        foreach (var row in Enumerable.Range(0, prompts.Count).Where(row => prompts[row].Size(0) == prompts.Max(p => p.Size(0))))
        {
            var request = new GenerationRequest
            {
                PromptEmbeddings = prompts[row],
                Options = new GenerationOptions { MaxNewTokens = (int)expected.Size(1) },
            };
            Assert.Equal(expected.Select(0, row).ToArray<int>(), new TextGenerator(model.Language).Generate(request)[0].TokenIds);
        }
    }

    /// <summary>
    /// Greedy decoding of a left-padded batch as transformers 4.46.1's LLaVA does it: after the prefill it takes for padding whatever
    /// has an all-zero first key, so that padding made of ids (the expanded form) is attended to and counted from then on. Rows without
    /// padding are what they are alone; the others show this slip, which the engine, having no padding, does not repeat.
    /// </summary>
    private static Tensor AsTheReferenceGenerates(LlavaModel model, List<Tensor> prompts, int steps, bool expanded)
    {
        var language = model.Language;
        var batch = PaddedPrompts.ForGeneration(prompts);
        var (embeds, mask) = (batch.InputsEmbeds, batch.AttentionMask);
        if (expanded)
        {
            embeds = Tensor.Where(mask.Unsqueeze(2), embeds, language.Embed(Tensor.Zeros(mask.Shape, DType.Int64)));
        }

        using var cache = new KeyValueCache(language.Config.NumHiddenLayers);
        var positions = (mask.To(DType.Int64).Cumsum(1) - 1L).MaskedFill(mask.LogicalNot(), 1);
        var ids = new List<Tensor>();
        for (var step = 0; step < steps; step++)
        {
            var next = language.Logits(language.Forward(embeds, positions, mask, cache).Slice(1, -1)).Argmax(-1); // [B, 1]
            ids.Add(next);
            embeds = language.Embed(next);
            var attended = cache.Layer(0).Keys.Select(3, 0).Sum([1]).Ne(0); // [B, past]
            mask = Tensor.Cat([attended, Tensor.Ones(next.Shape, DType.Bool)], 1);
            positions = mask.To(DType.Int64).Sum([1], keepDim: true) - 1L;
        }

        return Tensor.Cat([.. ids], 1);
    }

    private static VisionFeatures[] Encode(GoldenCase golden, LlavaModel model, bool compare)
    {
        var pixels = golden.Input("pixel_values");
        if (model is LlavaNext next)
        {
            var sizes = golden.Input("image_sizes").ToArray<int>();
            var packed = new List<Tensor>();
            for (var i = 0; i < pixels.Size(0); i++)
            {
                var (height, width) = (sizes[2 * i], sizes[(2 * i) + 1]);
                var tiles = model.EncodePixels(pixels.Select(0, i).Narrow(0, 0, next.TileCount(height, width)));
                packed.Add(next.Pack(tiles, height, width));
                Assert.Equal(next.TokenCount(height, width), packed[^1].Size(0));
                if (compare)
                {
                    golden.Close($"image_features.{i}", tiles);
                }
            }

            if (compare)
            {
                golden.Close("packed_image_features", Tensor.Cat([.. packed]));
                golden.Same("feature_lens", Tensor.From<long>([.. packed.Select(p => p.Size(0))]));
            }

            return [.. packed.Select(p => new VisionFeatures(p, [(int)p.Size(0)]))];
        }

        var features = model.EncodePixels(pixels);
        if (compare)
        {
            golden.Close("image_features", features);
        }

        return [.. Enumerable.Range(0, (int)features.Size(0)).Select(i => new VisionFeatures(features.Select(0, i), [(int)features.Size(1)]))];
    }

    private static Tensor Logits(LlavaModel model, Tensor embeds) => model.Language.Logits(
        model.Language.Forward(embeds.Unsqueeze(0), Tensor.Arange(0, embeds.Size(0)).Unsqueeze(0)).Select(0, 0));

    private static int[] Real(GoldenCase golden, string prefix, int row, string what)
    {
        var mask = golden.Input($"{prefix}attention_mask").Select(0, row).ToArray<long>();
        return [.. golden.Input($"{prefix}{what}").Select(0, row).ToArray<int>().Where((_, i) => mask[i] != 0)];
    }

    private static Tensor LeftPad(Tensor row, long length) => F.Pad(row, [0, 0, length - row.Size(0), 0]);

    private static bool[] Mask(Tensor mask, Tensor like) =>
        [.. mask.ToArray<bool>().SelectMany(real => Enumerable.Repeat(real, (int)like.Size(2)))];
}
