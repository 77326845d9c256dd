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
        var media = model.EncodeReference(numbers);
        if (model is not SingleFolderModel whole || numbers.Input("input_ids") is not { } ids)
        {
            return;
        }

        var prompts = Prompts(numbers, whole, ids, media);
        var mask = Mask(numbers, ids);
        var width = whole.Language.Config.HiddenSize; // without what a deep stack adds later
        numbers.Compare("inputs_embeds", () => LanguageVerification.Host(Tensor.Stack([.. prompts.Select(p => LeftPad(p.Embeddings.Narrow(1, 0, width), ids.Size(1)))])), mask);
        if (prompts.All(prompt => prompt.PositionIds is not null))
        {
            Tensor Left(Tensor positions) => F.Pad(positions.To(Device.Cpu), [ids.Size(1) - positions.Size(1), 0]);
            numbers.CompareExactly("position_ids", () => Tensor.Stack([.. prompts.Select(p => Left(p.PositionIds!))], 1)); // [3, B, T]
            numbers.CompareExactly("rope_deltas", () => Tensor.From<long>(
                [.. prompts.Select(p => p.PositionIds!.Max().Item<long>() + 1 - p.Length)], prompts.Count, 1));
        }

        var logits = Logits(whole, prompts, ids.Size(1));
        numbers.Compare("logits", () => logits, mask);
        if (numbers.Input("labels") is { } given)
        {
            var labels = given.MaskedFill(mask.LogicalNot(), -100);
            numbers.Compare("loss", () => LanguageVerification.Loss(logits, labels));
            GradientVerification.Run(
                numbers,
                Enum.GetValues<ModelPart>().SelectMany(whole.Parameters),
                () => LanguageVerification.Loss(Logits(whole, Prompts(numbers, whole, ids, whole.EncodeReference(numbers)), ids.Size(1)), labels));
        }

        LanguageVerification.CompareGenerated(numbers, whole.Language, ids, [.. prompts.Select(prompt => new GenerationRequest
        {
            PromptEmbeddings = prompt.Embeddings,
            PromptPositionIds = prompt.PositionIds,
            Options = new GenerationOptions(),
        })]);
    }

    /// <summary>The rows of <paramref name="ids"/> without their padding, features in place.</summary>
    private static List<PromptEmbeddings> Prompts(
        ReferenceNumbers numbers, SingleFolderModel model, Tensor ids, (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) media)
    {
        var mask = Mask(numbers, ids);
        int[]? PerRow(string name) => numbers.Meta(name)?.EnumerateArray().Select(count => count.GetInt32()).ToArray();
        var (perRow, count) = (PerRow("images_per_row"), media.Images.Count + media.Videos.Count);
        if (perRow is null && ids.Size(0) != count && ids.Size(0) != 1)
        {
            throw new PralineException(
                $"{model.Folder}: {ids.Size(0)} rows have {count} images; say in meta.json how many belong to each: {{\"images_per_row\": [1, 2]}}.");
        }

        var (prompts, images, videos) = (new List<PromptEmbeddings>(), new Queue<VisionFeatures>(media.Images), new Queue<VisionFeatures>(media.Videos));
        for (var row = 0; row < ids.Size(0); row++)
        {
            var (all, real) = (ids.Select(0, row).ToArray<int>(), mask.Select(0, row).ToArray<bool>());
            int[] own = [.. all.Where((_, i) => real[i])];
            var items = model.VideoTokenId is { } video ? InOrder(own, video) : Next(images, perRow?[row] ?? (ids.Size(0) == 1 ? count : 1));
            var features = items.Count == 0 ? null : VisionFeatures.Concat(items);
            prompts.Add(model.EmbedPrompt(model.FromReferenceIds(own, features?.Counts ?? []), features));
        }

        return prompts;

        static List<VisionFeatures> Next(Queue<VisionFeatures> queue, int count) => [.. Enumerable.Range(0, count).Select(_ => queue.Dequeue())];

        // Images and videos as their tokens stand in the row.
        List<VisionFeatures> InOrder(int[] row, int video)
        {
            var items = new List<VisionFeatures>();
            for (var i = 0; i < row.Length; i++)
            {
                var queue = row[i] == video ? videos : row[i] == model.ImageTokenId ? images : null;
                if (queue is null)
                {
                    continue;
                }

                var item = queue.Count > 0 ? queue.Dequeue() : throw new PralineException(
                    $"{model.Folder}: input_ids have tokens for more {(row[i] == video ? "videos" : "images")} than there are.");
                items.Add(item);
                if (i + 1 < row.Length && row[i + 1] == row[i])
                {
                    i += item.Counts[0] - 1; // one token for each feature
                }
            }

            return items;
        }
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

    private static Tensor LeftPad(Tensor row, long length) => F.Pad(row, [0, 0, length - row.Size(0), 0]);
}
