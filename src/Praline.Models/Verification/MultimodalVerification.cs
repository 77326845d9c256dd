using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Models.Verification;

/// <summary>
/// Vision-language models: from <c>pixel_values</c> and <c>input_ids</c> with one image token per feature to <c>image_features</c>,
/// <c>inputs_embeds</c> and <c>logits</c>. Rows are computed one by one, without padding.
/// </summary>
internal static class MultimodalVerification
{
    internal static void Run(ReferenceNumbers numbers, string folder, VerificationOptions options)
    {
        using var model = VisionLanguageModel.Load(folder, options.Load);
        options.OnVisionLanguage?.Invoke(model);
        var images = Encode(numbers, model);
        if (model is not SingleFolderModel whole || numbers.Input("input_ids") is not { } ids)
        {
            return;
        }

        var prompts = Prompts(numbers, whole, ids, images);
        var mask = Mask(numbers, ids);
        numbers.Compare("inputs_embeds", () => LanguageVerification.Host(Tensor.Stack([.. prompts.Select(p => LeftPad(p.Embeddings, ids.Size(1)))])), mask);
        var logits = Logits(whole, prompts, ids.Size(1));
        numbers.Compare("logits", () => logits, mask);
        if (numbers.Input("labels") is { } given)
        {
            var labels = given.MaskedFill(mask.LogicalNot(), -100);
            numbers.Compare("loss", () => LanguageVerification.Loss(logits, labels));
            GradientVerification.Run(
                numbers,
                Enum.GetValues<ModelPart>().SelectMany(whole.Parameters),
                () => LanguageVerification.Loss(Logits(whole, Prompts(numbers, whole, ids, Encode(numbers, whole)), ids.Size(1)), labels));
        }

        LanguageVerification.CompareGenerated(numbers, whole.Language, ids, [.. prompts.Select(prompt => new GenerationRequest
        {
            PromptEmbeddings = prompt.Embeddings,
            PromptPositionIds = prompt.PositionIds,
            Options = new GenerationOptions(),
        })]);
    }

    private static List<VisionFeatures> Encode(ReferenceNumbers numbers, VisionLanguageModel model) => model switch
    {
        AuroraCap aurora => EncodeAurora(numbers, aurora),
        LlavaNext next => EncodeTiles(numbers, next),
        LlavaModel llava => EncodeImages(numbers, llava),
        Qwen2Vl qwen => EncodeGrids(numbers, qwen),
        _ => throw new PralineException($"{model.Folder}: there is no comparison for {model.ModelType}."),
    };

    private static List<VisionFeatures> EncodeImages(ReferenceNumbers numbers, LlavaModel model)
    {
        var features = model.EncodePixels(Pixels(numbers, model));
        numbers.Compare("image_features", () => LanguageVerification.Host(features));
        return [.. Enumerable.Range(0, (int)features.Size(0)).Select(i => new VisionFeatures(features.Select(0, i), [(int)features.Size(1)]))];
    }

    private static List<VisionFeatures> EncodeTiles(ReferenceNumbers numbers, LlavaNext model)
    {
        var (pixels, sizes) = (Pixels(numbers, model), numbers.Require("image_sizes").ToArray<int>());
        var packed = new List<Tensor>();
        for (var i = 0; i < pixels.Size(0); i++)
        {
            var (height, width) = (sizes[2 * i], sizes[(2 * i) + 1]);
            var tiles = model.EncodePixels(pixels.Select(0, i).Narrow(0, 0, model.TileCount(height, width)));
            numbers.Compare($"image_features.{i}", () => LanguageVerification.Host(tiles));
            packed.Add(model.Pack(tiles, height, width));
        }

        numbers.Compare("packed_image_features", () => LanguageVerification.Host(Tensor.Cat([.. packed])));
        numbers.CompareExactly("feature_lens", () => Tensor.From<long>([.. packed.Select(features => features.Size(0))]));
        return [.. packed.Select(features => new VisionFeatures(features, [(int)features.Size(0)]))];
    }

    /// <summary>Images from <c>pixel_values</c>, or videos from <c>pixel_values_videos</c>: patches of all of them, one after the other.</summary>
    private static List<VisionFeatures> EncodeGrids(ReferenceNumbers numbers, Qwen2Vl model)
    {
        var kind = numbers.Input("pixel_values_videos") is null ? MediaKind.Images : MediaKind.Video;
        var (pixelName, gridName) = kind == MediaKind.Video ? ("pixel_values_videos", "video_grid_thw") : ("pixel_values", "image_grid_thw");
        var (pixels, grids) = (Pixels(numbers, model, pixelName), numbers.Require(gridName).ToArray<int>());
        var seconds = numbers.Input("second_per_grid_ts")?.To(DType.Float64).ToArray<double>();
        var (items, start, merge) = (new List<VisionFeatures>(), 0L, model.Config.Vision.MergeSize);
        for (var i = 0; i < grids.Length; i += 3)
        {
            var (time, height, width) = (grids[i], grids[i + 1], grids[i + 2]);
            var features = model.Visual.Forward(pixels.Narrow(0, start, (long)time * height * width), (time, height, width));
            var grid = new VisionGrid(time, height / merge, width / merge, kind == MediaKind.Video ? seconds?[i / 3] ?? 1 : 0);
            items.Add(new VisionFeatures(features, [(int)features.Size(0)], [grid], kind));
            start += (long)time * height * width;
        }

        numbers.Compare("image_features", () => LanguageVerification.Host(Tensor.Cat([.. items.Select(item => item.Tokens)])));
        return items;
    }

    /// <summary>The original's layout has its numbers per share of tokens kept: <c>ratio0.3.visual_tokens</c>, <c>ratio0.3.projected</c>.</summary>
    private static List<VisionFeatures> EncodeAurora(ReferenceNumbers numbers, AuroraCap model)
    {
        if (numbers.Input("input_ids") is not null)
        {
            LanguageVerification.Run(numbers, model.Language); // text alone: the root is a language model of its own
        }

        if (numbers.Input("pixel_values") is null)
        {
            return [];
        }

        var (pixels, ratio) = (Pixels(numbers, model), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ratio{model.TokenKeptRatio:0.0##}"));
        numbers.Compare($"{ratio}.visual_tokens", () => LanguageVerification.Host(model.VisualEncoder.Features(pixels, -2, model.TokenKeptRatio)));
        numbers.Compare($"{ratio}.projected", () => LanguageVerification.Host(model.EncodePixels(pixels)));
        return [];
    }

    /// <summary>The rows of <paramref name="ids"/> without their padding, features in place.</summary>
    private static List<PromptEmbeddings> Prompts(ReferenceNumbers numbers, SingleFolderModel model, Tensor ids, List<VisionFeatures> images)
    {
        var mask = Mask(numbers, ids);
        var perRow = numbers.Meta("images_per_row")?.EnumerateArray().Select(count => count.GetInt32()).ToArray();
        if (perRow is null && ids.Size(0) != images.Count && ids.Size(0) != 1)
        {
            throw new PralineException(
                $"{model.Folder}: {ids.Size(0)} rows have {images.Count} images; say in meta.json how many belong to each: {{\"images_per_row\": [1, 2]}}.");
        }

        var (prompts, first) = (new List<PromptEmbeddings>(), 0);
        for (var row = 0; row < ids.Size(0); row++)
        {
            var count = perRow?[row] ?? (ids.Size(0) == 1 ? images.Count : 1);
            var features = count == 0 ? null : VisionFeatures.Concat([.. images.Skip(first).Take(count)]);
            first += count;
            var (all, real) = (ids.Select(0, row).ToArray<int>(), mask.Select(0, row).ToArray<bool>());
            prompts.Add(model.EmbedPrompt(model.FromReferenceIds([.. all.Where((_, i) => real[i])], features?.Counts ?? []), features));
        }

        return prompts;
    }

    private static Tensor Logits(SingleFolderModel model, List<PromptEmbeddings> prompts, long length) =>
        LanguageVerification.Host(Tensor.Stack([.. prompts.Select(prompt =>
        {
            var positions = prompt.PositionIds?.Unsqueeze(1) ?? Tensor.Arange(0, prompt.Length, device: model.Language.Device).Unsqueeze(0);
            var hidden = model.Language.Forward(prompt.Embeddings.Unsqueeze(0), positions);
            return LeftPad(model.Language.Logits(hidden).Select(0, 0), length);
        })]));

    private static Tensor Mask(ReferenceNumbers numbers, Tensor ids) =>
        numbers.Input("attention_mask")?.To(DType.Bool) ?? Tensor.Ones(ids.Shape, DType.Bool);

    private static Tensor Pixels(ReferenceNumbers numbers, VisionLanguageModel model, string name = "pixel_values") =>
        numbers.Require(name).To(model.Language.Device, model.Language.DType);

    private static Tensor LeftPad(Tensor row, long length) => F.Pad(row, [0, 0, length - row.Size(0), 0]);
}
