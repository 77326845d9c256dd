using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>LLaVA-1.5 (Liu et al. 2023) in Hugging Face's format: each image is a fixed number of tokens.</summary>
public sealed class Llava : LlavaModel
{
    private Llava(string folder, LlavaConfig config, ModelWeights weights)
        : base(folder, config, weights)
    {
        VerifyWeights();
        Processor = ImageProcessors.Load<ImageProcessor>(() => ClipImageProcessor.Square(Tower.ImageSize), folder);
    }

    /// <inheritdoc/>
    protected override ImageProcessor Processor { get; }

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="PralineException">A file is missing or damaged, or weights do not fit the configuration.</exception>
    public static new Llava Load(string folder, LoadOptions? options = null) => new(
        folder, LlavaConfig.Read(folder), ModelWeights.Open(folder, options ?? new LoadOptions(), WeightNames.Resolver));

    /// <inheritdoc/>
    public override VisionFeatures EncodeWithGradients(
        IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0)
    {
        using var scope = new TensorScope();
        var pixels = VisionBatches.ToTensor(ImageProcessors.Process(Processor, images), Language.Device);
        var features = EncodePixels(pixels); // [images, tokens, D]
        var counts = Enumerable.Repeat((int)features.Size(1), images.Count).ToArray();
        return new VisionFeatures(features.Flatten(0, 1), counts, kind).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> CountTokens(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images) =>
        [.. sizes.Select(size =>
        {
            var (height, width) = ImageProcessors.SizeOf(Processor, size);
            return (height / Tower.PatchSize * (width / Tower.PatchSize)) + (Config.KeepsClassToken && Tower.HasClassToken ? 1 : 0);
        })];

    /// <inheritdoc/>
    protected override string FormatWithoutTemplate(string question, int imageCount, MediaKind kind) =>
        $"USER: {string.Concat(Enumerable.Repeat(ImageMark + "\n", imageCount))}{question} ASSISTANT:";
}
