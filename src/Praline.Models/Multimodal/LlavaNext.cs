using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Verification;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Multimodal;

/// <summary>
/// LLaVA-NeXT, also called LLaVA-1.6 (Liu et al. 2024), in Hugging Face's format: the whole image as one tile, then the image again
/// on the canvas that fits it best, tile by tile ("anyres"). Of the canvas only what the image covers becomes tokens, and each row
/// of them ends with a learned newline.
/// </summary>
public sealed class LlavaNext : LlavaModel
{
    private readonly LlavaNextImageProcessor _processor;
    private readonly Tensor _newline; // [D]

    private LlavaNext(string folder, LlavaConfig config, ModelWeights weights)
        : base(folder, config, weights)
    {
        if (config.KeepsClassToken && Tower.HasClassToken)
        {
            throw new PralineException(
                $"{folder}/config.json: vision_feature_select_strategy \"full\" keeps the class token, which has no place on LLaVA-NeXT's grid; expected \"default\".");
        }

        _newline = weights.Store.Root.Get("image_newline", Initialization.Normal, config.Text.HiddenSize);
        VerifyWeights();
        var size = Tower.ImageSize;
        _processor = ImageProcessors.Load(
            () => new LlavaNextImageProcessor(new ImageProcessorConfig
            {
                Type = "LlavaNextImageProcessor",
                Size = ImageSize.Shortest(size),
                CropSize = (size, size),
                ImageGridPinpoints = config.GridPinpoints,
            }),
            folder);
    }

    /// <inheritdoc/>
    protected override ImageProcessor Processor => _processor;

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="PralineException">A file is missing or damaged, or weights do not fit the configuration.</exception>
    public static new LlavaNext Load(string folder, LoadOptions? options = null) => new(
        folder, LlavaConfig.Read(folder), ModelWeights.Open(folder, options ?? new LoadOptions(), WeightNames.Resolver));

    /// <inheritdoc/>
    public override VisionFeatures EncodeWithGradients(
        IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0)
    {
        using var scope = new TensorScope();
        var packed = new List<Tensor>();
        foreach (var image in images)
        {
            var (pixels, size) = _processor.Process(image);
            packed.Add(Pack(EncodePixels(VisionBatches.ToTensor(pixels, Language.Device)), size.Height, size.Width));
        }

        return new VisionFeatures(Tensor.Cat([.. packed]), [.. packed.Select(p => (int)p.Size(0))], kind).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> CountTokens(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images) =>
        [.. sizes.Select(size => TokenCount(size.Height, size.Width))];

    /// <summary>How many tiles an image of that size has: the whole image and the canvas's.</summary>
    public int TileCount(int height, int width) => LlavaNextGrid.For(Config, Tower, height, width).Tiles;

    /// <inheritdoc/>
    private protected override int TilesOf((int Height, int Width) size) => TileCount(size.Height, size.Width);

    /// <summary>How many tokens an image of that size becomes.</summary>
    public int TokenCount(int height, int width) => LlavaNextGrid.For(Config, Tower, height, width).Tokens;

    /// <summary>
    /// One image's tokens in the language model's order: those of the whole image, then the canvas's row by row, without the margins
    /// that the image does not cover, a newline after each row.
    /// </summary>
    /// <param name="tiles">[tiles, tokens, D] from <see cref="LlavaModel.EncodePixels"/>, the whole image first.</param>
    /// <param name="height">The image's height in pixels, before any resizing.</param>
    /// <param name="width">The image's width.</param>
    /// <returns>[<see cref="TokenCount"/>, D]</returns>
    public Tensor Pack(Tensor tiles, int height, int width)
    {
        using var scope = new TensorScope();
        var grid = LlavaNextGrid.For(Config, Tower, height, width);
        var (side, hidden) = (grid.Side, tiles.Size(2));
        var rows = tiles.Narrow(0, 1, grid.Tiles - 1)
            .View(grid.TileRows, grid.TileColumns, side, side, hidden)
            .Permute(0, 2, 1, 3, 4)
            .Reshape(grid.TileRows * side, grid.TileColumns * side, hidden) // [canvas rows, canvas columns, D]
            .Narrow(0, grid.Top, grid.Rows)
            .Narrow(1, grid.Left, grid.Columns);
        var newlines = _newline.To(tiles.DType).View(1, 1, hidden).Expand(grid.Rows, 1, hidden);
        var lines = Tensor.Cat([rows, newlines], 1).Flatten(0, 1);
        return Tensor.Cat([tiles.Select(0, 0), lines]).MoveToOuterScope();
    }

    /// <inheritdoc/>
    protected override string FormatWithoutTemplate(string question, int imageCount, MediaKind kind)
    {
        var images = string.Concat(Enumerable.Repeat(ImageMark + "\n", imageCount));
        return Config.Text.ModelType == "mistral" ? $"[INST] {images}{question} [/INST]" : $"USER: {images}{question} ASSISTANT:";
    }

    /// <inheritdoc/>
    internal override (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) EncodeReference(ReferenceNumbers numbers)
    {
        var (pixels, sizes) = (ReferencePixels(numbers), numbers.Require("image_sizes").ToArray<int>());
        var packed = new List<Tensor>();
        for (var i = 0; i < pixels.Size(0); i++)
        {
            var (height, width) = (sizes[2 * i], sizes[(2 * i) + 1]);
            var tiles = EncodePixels(pixels.Select(0, i).Narrow(0, 0, TileCount(height, width)));
            numbers.Compare($"image_features.{i}", () => LanguageVerification.Host(tiles));
            packed.Add(Pack(tiles, height, width));
        }

        numbers.Compare("packed_image_features", () => LanguageVerification.Host(Tensor.Cat([.. packed])));
        numbers.CompareExactly("feature_lens", () => Tensor.From<long>([.. packed.Select(features => features.Size(0))]));
        return ([.. packed.Select(features => new VisionFeatures(features, [(int)features.Size(0)]))], []);
    }
}
