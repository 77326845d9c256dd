using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Models.Verification;

/// <summary>
/// Vision-language models: from <c>pixel_values</c> and <c>input_ids</c> with one image token per feature to <c>image_features</c>,
/// <c>inputs_embeds</c> and <c>logits</c>. Rows are computed one by one, without padding.
/// </summary>
internal static class MultimodalVerification
{
    internal static void Run(ReferenceNumbers numbers, string folder, LoadOptions options)
    {
        using var model = VisionLanguageModel.Load(folder, options);
        var images = model switch
        {
            AuroraCap aurora => EncodeAurora(numbers, aurora),
            LlavaNext next => EncodeTiles(numbers, next),
            LlavaModel llava => EncodeImages(numbers, llava),
            Qwen2Vl qwen => EncodeGrids(numbers, qwen),
            _ => throw new PralineException($"{folder}: there is no comparison for {model.ModelType}."),
        };
        if (model is SingleFolderModel whole && numbers.Input("input_ids") is { } ids)
        {
            CompareRows(numbers, whole, ids, images);
        }
    }

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

    private static List<VisionFeatures> EncodeGrids(ReferenceNumbers numbers, Qwen2Vl model)
    {
        var (pixels, grids) = (Pixels(numbers, model), numbers.Require("image_grid_thw").ToArray<int>());
        var (images, start, merge) = (new List<VisionFeatures>(), 0L, model.Config.Vision.MergeSize);
        for (var i = 0; i < grids.Length; i += 3)
        {
            var (time, height, width) = (grids[i], grids[i + 1], grids[i + 2]);
            var features = model.Visual.Forward(pixels.Narrow(0, start, (long)time * height * width), (time, height, width));
            images.Add(new VisionFeatures(features, [(int)features.Size(0)], [new VisionGrid(time, height / merge, width / merge)], MediaKind.Images));
            start += (long)time * height * width;
        }

        numbers.Compare("image_features", () => LanguageVerification.Host(Tensor.Cat([.. images.Select(image => image.Tokens)])));
        return images;
    }

    /// <summary>The original's layout has its numbers per share of tokens kept: <c>ratio0.3.visual_tokens</c>, <c>ratio0.3.projected</c>.</summary>
    private static List<VisionFeatures> EncodeAurora(ReferenceNumbers numbers, AuroraCap model)
    {
        var (pixels, ratio) = (Pixels(numbers, model), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ratio{model.TokenKeptRatio:0.0##}"));
        numbers.Compare($"{ratio}.visual_tokens", () => LanguageVerification.Host(model.VisualEncoder.Features(pixels, -2, model.TokenKeptRatio)));
        numbers.Compare($"{ratio}.projected", () => LanguageVerification.Host(model.EncodePixels(pixels)));
        return [];
    }

    private static void CompareRows(ReferenceNumbers numbers, SingleFolderModel model, Tensor ids, List<VisionFeatures> images)
    {
        var mask = numbers.Input("attention_mask")?.To(DType.Bool) ?? Tensor.Ones(ids.Shape, DType.Bool);
        var perRow = numbers.Meta("images_per_row")?.EnumerateArray().Select(count => count.GetInt32()).ToArray();
        if (perRow is null && ids.Size(0) != images.Count && ids.Size(0) != 1)
        {
            throw new PralineException(
                $"{model.Folder}: {ids.Size(0)} rows have {images.Count} images; say in meta.json how many belong to each: {{\"images_per_row\": [1, 2]}}.");
        }

        var (embeds, logits, first) = (new List<Tensor>(), new List<Tensor>(), 0);
        for (var row = 0; row < ids.Size(0); row++)
        {
            var count = perRow?[row] ?? (ids.Size(0) == 1 ? images.Count : 1);
            var features = count == 0 ? null : VisionFeatures.Concat([.. images.Skip(first).Take(count)]);
            first += count;
            var (all, real) = (ids.Select(0, row).ToArray<int>(), mask.Select(0, row).ToArray<bool>());
            var prompt = model.FromReferenceIds([.. all.Where((_, i) => real[i])], features?.Counts ?? []);
            var embedded = model.EmbedPrompt(prompt, features);
            var positions = embedded.PositionIds?.Unsqueeze(1) ?? Tensor.Arange(0, embedded.Length, device: model.Language.Device).Unsqueeze(0);
            var hidden = model.Language.Forward(embedded.Embeddings.Unsqueeze(0), positions);
            embeds.Add(LeftPad(embedded.Embeddings, ids.Size(1)));
            logits.Add(LeftPad(model.Language.Logits(hidden).Select(0, 0), ids.Size(1)));
        }

        numbers.Compare("inputs_embeds", () => LanguageVerification.Host(Tensor.Stack([.. embeds])), mask);
        var stacked = LanguageVerification.Host(Tensor.Stack([.. logits]));
        numbers.Compare("logits", () => stacked, mask);
        if (numbers.Input("labels") is { } labels)
        {
            numbers.Compare("loss", () => LanguageVerification.Loss(stacked, labels.MaskedFill(mask.LogicalNot(), -100)));
        }
    }

    private static Tensor Pixels(ReferenceNumbers numbers, VisionLanguageModel model) =>
        numbers.Require("pixel_values").To(model.Language.Device, model.Language.DType);

    private static Tensor LeftPad(Tensor row, long length) => F.Pad(row, [0, 0, length - row.Size(0), 0]);
}
