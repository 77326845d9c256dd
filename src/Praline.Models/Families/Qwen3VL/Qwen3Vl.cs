using System.Globalization;
using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Models.Verification;
using Praline.Models.Vision;
using Praline.Torch;

namespace Praline.Models.Families.Qwen3VL;

/// <summary>
/// Qwen3-VL (Bai et al. 2025) in Hugging Face's format: images of any size, as many tokens as their size asks for, positions in three dimensions, and features of several of
/// the tower's layers that are added after the language model's first ones. Videos are refused for now: their time stamps are text that the prompt has to hold.
/// </summary>
public sealed class Qwen3Vl : SingleFolderModel
{
    private const string ImagePad = "<|image_pad|>", Start = "<|vision_start|>", End = "<|vision_end|>", Visual = "model.visual.";

    private Qwen3Vl(string folder, Qwen3VlConfig config, ModelWeights weights, LoadOptions options)
        : base(folder, weights)
    {
        Config = config;
        var model = weights.Store.Root["model"];
        Language = new LlamaModel(config.Text, weights.Store.Root, model["language_model"]);
        Tower = new Qwen3VisionModel(model["visual"], config);
        VerifyWeights();
        var loaded = ImageProcessors.Load(
            () => new Qwen2VlImageProcessor(new ImageProcessorConfig
            {
                Type = "Qwen2VLImageProcessor",
                ImageMean = [0.5f, 0.5f, 0.5f],
                ImageStd = [0.5f, 0.5f, 0.5f],
                MinPixels = 65536,
                MaxPixels = 16777216,
            }),
            folder);
        ImageProcessor = new Qwen2VlImageProcessor(loaded.Config with
        {
            PatchSize = config.Vision.PatchSize,
            MergeSize = config.Vision.MergeSize,
            TemporalPatchSize = config.Vision.TemporalPatchSize,
            MaxPixels = options.MaxPixels ?? loaded.Config.MaxPixels,
        });
    }

    /// <summary>The model's shape.</summary>
    public Qwen3VlConfig Config { get; }

    /// <inheritdoc/>
    public override string ModelType => "qwen3_vl";

    /// <inheritdoc/>
    public override bool TowerCheckpointing { get => Tower.Checkpointing; set => Tower.Checkpointing = value; }

    /// <inheritdoc/>
    public override LlamaModel Language { get; }

    /// <summary>The vision tower with its mergers.</summary>
    public Qwen3VisionModel Tower { get; }

    /// <summary>From images to patches.</summary>
    public Qwen2VlImageProcessor ImageProcessor { get; }

    /// <inheritdoc/>
    public override string VisionSettings => string.Create(CultureInfo.InvariantCulture, $"{ModelType}, {Tower.DType}, {ImageProcessors.Describe(ImageProcessor)}");

    /// <inheritdoc/>
    public override string ProjectorModule => "model.visual.merger";

    /// <inheritdoc/>
    protected internal override int ImageTokenId => Config.ImageTokenId;

    /// <inheritdoc/>
    protected internal override int? VideoTokenId => Config.VideoTokenId;

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="PralineException">A file is missing or damaged, or weights do not fit the configuration.</exception>
    public static new Qwen3Vl Load(string folder, LoadOptions? options = null)
    {
        var chosen = options ?? new LoadOptions();
        return new Qwen3Vl(folder, Qwen3VlConfig.Read(folder), ModelWeights.Open(folder, chosen, WeightNames.Resolver), chosen);
    }

    /// <inheritdoc/>
    public override VisionFeatures EncodeWithGradients(
        IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0)
    {
        RefuseVideo(kind);
        using var scope = new TensorScope();
        var parts = images.Select(image =>
        {
            var (pixels, grid) = ImageProcessor.Process(image);
            return (Tokens: Tower.Forward(VisionBatches.ToTensor(pixels, Language.Device), grid), Grid: GridOf(grid));
        }).ToArray();
        return new VisionFeatures(
            Tensor.Cat([.. parts.Select(p => p.Tokens)]), [.. parts.Select(p => p.Grid.Count)], [.. parts.Select(p => p.Grid)], kind).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> CountTokens(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images)
    {
        RefuseVideo(kind);
        var settings = ImageProcessor.Config;
        var factor = settings.PatchSize * settings.MergeSize;
        return [.. sizes.Select(size =>
        {
            var (height, width) = settings.DoResize
                ? Qwen2VlImageProcessor.SmartResize(size.Height, size.Width, factor, settings.MinPixels, settings.MaxPixels)
                : size;
            return height / factor * (width / factor);
        })];
    }

    /// <inheritdoc/>
    public override VisionWork WorkFor(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images)
    {
        var (vision, group) = (Config.Vision, Config.Vision.MergeSize * Config.Vision.MergeSize);
        var features = CountTokens(sizes, kind);
        long[] patches = [.. features.Select(count => (long)count * group)];
        return new VisionWork(
            vision.HiddenSize, VisionWork.Kept(vision.IntermediateSize, vision.HiddenAct), vision.Heads, [.. Enumerable.Repeat(patches.Sum(), vision.Layers)],
            [.. Enumerable.Repeat(patches.Sum(p => p * p), vision.Layers)], features.Sum() * (1 + Config.DeepstackIndexes.Count), vision.HiddenSize * group);
    }

    /// <summary>
    /// The text as the checkpoint's tokenizer reads it; <c>&lt;image&gt;</c> stands for an image with the tokens that begin and end it.
    /// </summary>
    public override PromptTokens Tokenize(string text)
    {
        var ids = Tokenizer.Encode(text.Replace(ImageMark, $"{Start}{ImagePad}{End}", StringComparison.Ordinal));
        return new PromptTokens([.. ids.Select(id => id == Config.ImageTokenId ? PromptTokens.ImageToken : id)]);
    }

    /// <inheritdoc/>
    public override PromptTokens FromReferenceIds(IReadOnlyList<int> ids, IReadOnlyList<int> counts) => base.FromReferenceIds(
        [.. ids.Select(id => id == Config.VideoTokenId ? Config.ImageTokenId : id)], counts);

    /// <inheritdoc/>
    public override Tensor? PositionIds(PromptTokens prompt, VisionFeatures? features) =>
        features is null ? null : MropePositions.Tensor(prompt, features.Grids, null, Language.Device);

    /// <inheritdoc/>
    protected override string FormatWithoutTemplate(string question, int imageCount, MediaKind kind) =>
        $"<|im_start|>user\n{string.Concat(Enumerable.Repeat($"{Start}{ImagePad}{End}", imageCount))}{question}<|im_end|>\n<|im_start|>assistant\n";

    /// <summary>The merger is the projector; the deep stack's mergers belong to the tower, whose layers they read.</summary>
    protected override ModelPart PartOf(string parameter) =>
        parameter.StartsWith("model.visual.merger.", StringComparison.Ordinal) ? ModelPart.Projector
        : parameter.StartsWith(Visual, StringComparison.Ordinal) ? ModelPart.VisionTower
        : ModelPart.Language;

    /// <summary>
    /// Reference numbers: patches of all images, and of all videos, one after the other. A video's steps in time stand in the prompt by themselves, text between them.
    /// </summary>
    internal override (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) EncodeReference(ReferenceNumbers numbers)
    {
        var images = Encode("pixel_values", "image_grid_thw", "image", MediaKind.Images);
        return (images, Encode("pixel_values_videos", "video_grid_thw", "video", MediaKind.Video));

        List<VisionFeatures> Encode(string pixelName, string gridName, string what, MediaKind kind)
        {
            var items = new List<VisionFeatures>();
            if (numbers.Input(pixelName) is null)
            {
                return items;
            }

            var (pixels, grids) = (ReferencePixels(numbers, pixelName), numbers.Require(gridName).ToArray<int>());
            long start = 0;
            for (var i = 0; i < grids.Length; i += 3)
            {
                var grid = (Time: grids[i], Height: grids[i + 1], Width: grids[i + 2]);
                var count = (long)grid.Time * grid.Height * grid.Width;
                var features = Tower.Forward(pixels.Narrow(0, start, count), grid);
                var step = GridOf((1, grid.Height, grid.Width));
                items.AddRange(Enumerable.Range(0, grid.Time).Select(
                    time => new VisionFeatures(features.Narrow(0, (long)time * step.Count, step.Count), [step.Count], [step], kind)));
                start += count;
            }

            for (var k = 0; k <= Config.DeepstackIndexes.Count; k++)
            {
                var part = Tensor.Cat([.. items.Select(item => item.Tokens.Narrow(1, (long)k * Config.Text.HiddenSize, Config.Text.HiddenSize))]);
                numbers.Compare(k == 0 ? $"{what}_features" : $"deepstack_{what}_features.{k - 1}", () => LanguageVerification.Host(part));
            }

            return items;
        }
    }

    private VisionGrid GridOf((int Time, int Height, int Width) patches) =>
        new(patches.Time, patches.Height / Config.Vision.MergeSize, patches.Width / Config.Vision.MergeSize);

    private void RefuseVideo(MediaKind kind)
    {
        if (kind == MediaKind.Video)
        {
            throw new PralineException($"{Folder}: Qwen3-VL's videos are not supported yet, images are. Give frames as images.");
        }
    }
}
