using System.Globalization;
using Praline.Media;
using Praline.Text.ChatTemplates;
using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Vision;
using Praline.Models.Verification;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>
/// Qwen2-VL (Wang et al. 2024) and Qwen2.5-VL (Bai et al. 2025) in Hugging Face's format: images and videos of any size, as many tokens
/// as their size asks for, positions in three dimensions. A video has one mark, whatever the number of its frames.
/// </summary>
public sealed class Qwen2Vl : SingleFolderModel
{
    private const string ImagePad = "<|image_pad|>", VideoPad = "<|video_pad|>", Start = "<|vision_start|>", End = "<|vision_end|>";

    private Qwen2Vl(string folder, Qwen2VlConfig config, ModelWeights weights, LoadOptions options)
        : base(folder, weights)
    {
        Config = config;
        Language = new LlamaModel(config.Text, weights.Store.Root);
        Visual = new QwenVisionModel(weights.Store.Root["visual"], config.Vision);
        VerifyWeights();
        var loaded = ImageProcessors.Load(() => new Qwen2VlImageProcessor(new ImageProcessorConfig { Type = "Qwen2VLImageProcessor" }), folder);
        ImageProcessor = new Qwen2VlImageProcessor(loaded.Config with
        {
            PatchSize = config.Vision.PatchSize,
            MergeSize = config.Vision.MergeSize,
            TemporalPatchSize = config.Vision.TemporalPatchSize,
            MaxPixels = options.MaxPixels ?? loaded.Config.MaxPixels,
        });
    }

    /// <summary>The model's shape.</summary>
    public Qwen2VlConfig Config { get; }

    /// <inheritdoc/>
    public override string ModelType => Config.Vision.IsVersion25 ? "qwen2_5_vl" : "qwen2_vl";

    /// <inheritdoc/>
    public override bool TowerCheckpointing { get => Visual.Checkpointing; set => Visual.Checkpointing = value; }

    /// <inheritdoc/>
    public override LlamaModel Language { get; }

    /// <summary>The vision tower with its merger.</summary>
    public QwenVisionModel Visual { get; }

    /// <summary>From images or frames to patches.</summary>
    public Qwen2VlImageProcessor ImageProcessor { get; }

    /// <inheritdoc/>
    public override string VisionSettings => string.Create(
        CultureInfo.InvariantCulture, $"{ModelType}, {Visual.DType}, {ImageProcessors.Describe(ImageProcessor)}");

    /// <inheritdoc/>
    protected internal override int ImageTokenId => Config.ImageTokenId;

    /// <inheritdoc/>
    protected internal override int? VideoTokenId => Config.VideoTokenId;

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="PralineException">A file is missing or damaged, or weights do not fit the configuration.</exception>
    public static new Qwen2Vl Load(string folder, LoadOptions? options = null)
    {
        var chosen = options ?? new LoadOptions();
        return new Qwen2Vl(folder, Qwen2VlConfig.Read(folder), ModelWeights.Open(folder, chosen, WeightNames.Resolver), chosen);
    }

    /// <inheritdoc/>
    public override VisionFeatures EncodeWithGradients(
        IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0)
    {
        using var scope = new TensorScope();
        var parts = kind == MediaKind.Video
            ? [Encode(ImageProcessor.Process(images), secondsPerFrame)]
            : images.Select(image => Encode(ImageProcessor.Process(image), 0)).ToArray();
        return new VisionFeatures(
            Tensor.Cat([.. parts.Select(p => p.Tokens)]), [.. parts.Select(p => p.Grid.Count)], [.. parts.Select(p => p.Grid)], kind).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> CountTokens(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images)
    {
        var counts = sizes.Select(size =>
        {
            var settings = ImageProcessor.Config;
            var factor = settings.PatchSize * settings.MergeSize;
            var (height, width) = settings.DoResize
                ? Qwen2VlImageProcessor.SmartResize(size.Height, size.Width, factor, settings.MinPixels, settings.MaxPixels)
                : size;
            return height / factor * (width / factor);
        }).ToArray();
        var steps = (sizes.Count + Config.Vision.TemporalPatchSize - 1) / Config.Vision.TemporalPatchSize;
        return kind == MediaKind.Video ? [steps * counts[0]] : counts;
    }

    /// <inheritdoc/>
    public override VisionWork WorkFor(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images)
    {
        var (vision, group) = (Config.Vision, Config.Vision.MergeSize * Config.Vision.MergeSize);
        var features = CountTokens(sizes, kind);
        long[] patches = [.. features.Select(count => (long)count * group)];
        var window = vision.IsVersion25 ? (long)vision.WindowFeatures * vision.WindowFeatures * group : long.MaxValue;
        return new VisionWork(
            vision.HiddenSize, VisionWork.Kept(vision.IntermediateSize, vision.HiddenAct, gated: vision.IsVersion25), vision.Heads, [.. Enumerable.Repeat(patches.Sum(), vision.Layers)],
            [.. Enumerable.Range(0, vision.Layers).Select(layer => patches.Sum(p => p * (vision.FullAttentionLayers.Contains(layer) ? p : Math.Min(p, window))))],
            features.Sum(), vision.HiddenSize * group);
    }

    /// <summary>
    /// The text as the checkpoint's tokenizer reads it; <c>&lt;image&gt;</c> stands for an image with the tokens that begin and end it.
    /// </summary>
    public override PromptTokens Tokenize(string text)
    {
        var ids = Tokenizer.Encode(text.Replace(ImageMark, $"{Start}{ImagePad}{End}", StringComparison.Ordinal));
        return new PromptTokens([.. ids.Select(id => id == Config.ImageTokenId || id == Config.VideoTokenId ? PromptTokens.ImageToken : id)]);
    }

    /// <inheritdoc/>
    public override PromptTokens FromReferenceIds(IReadOnlyList<int> ids, IReadOnlyList<int> counts) => base.FromReferenceIds(
        [.. ids.Select(id => id == Config.VideoTokenId ? Config.ImageTokenId : id)], counts);

    /// <inheritdoc/>
    public override Tensor? PositionIds(PromptTokens prompt, VisionFeatures? features) => features is null
        ? null
        : MropePositions.Tensor(prompt, features.Grids, Config.Vision.IsVersion25 ? Config.Vision.TokensPerSecond : null, Language.Device);

    /// <inheritdoc/>
    public override ChatPart MediaPart(MediaKind kind) => kind == MediaKind.Video ? ChatPart.Video : ChatPart.Image;

    /// <inheritdoc/>
    protected override string FormatWithoutTemplate(string question, int imageCount, MediaKind kind)
    {
        var images = string.Concat(Enumerable.Repeat($"{Start}{(kind == MediaKind.Video ? VideoPad : ImagePad)}{End}", imageCount));
        return "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
            + $"<|im_start|>user\n{images}{question}<|im_end|>\n<|im_start|>assistant\n";
    }

    /// <inheritdoc/>
    public override string ProjectorModule => "visual.merger";

    /// <inheritdoc/>
    protected override ModelPart PartOf(string parameter) =>
        parameter.StartsWith("visual.merger.", StringComparison.Ordinal) ? ModelPart.Projector
        : parameter.StartsWith("visual.", StringComparison.Ordinal) ? ModelPart.VisionTower
        : ModelPart.Language;

    private (Tensor Tokens, VisionGrid Grid) Encode((PixelValues Pixels, (int Time, int Height, int Width) Grid) item, double secondsPerFrame)
    {
        var tokens = Visual.Forward(VisionBatches.ToTensor(item.Pixels, Language.Device), item.Grid);
        var merge = Config.Vision.MergeSize;

        // The reference counts a second for a step whose length it is not told.
        var seconds = secondsPerFrame > 0 ? secondsPerFrame * Config.Vision.TemporalPatchSize : 1;
        return (tokens, new VisionGrid(
            item.Grid.Time, item.Grid.Height / merge, item.Grid.Width / merge, item.Grid.Time > 1 ? seconds : 0));
    }

    /// <inheritdoc/>
    internal override (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) EncodeReference(ReferenceNumbers numbers)
    {
        var items = Encode("pixel_values", "image_grid_thw", MediaKind.Images);
        var videos = Encode("pixel_values_videos", "video_grid_thw", MediaKind.Video);
        var all = items.Concat(videos).Select(item => item.Tokens).ToArray();
        if (all.Length > 0)
        {
            numbers.Compare("image_features", () => LanguageVerification.Host(Tensor.Cat(all)));
        }

        return (items, videos);

        List<VisionFeatures> Encode(string pixelName, string gridName, MediaKind kind)
        {
            var features = new List<VisionFeatures>();
            if (numbers.Input(pixelName) is null)
            {
                return features;
            }

            var (pixels, grids) = (ReferencePixels(numbers, pixelName), numbers.Require(gridName).ToArray<int>());
            var seconds = numbers.Input("second_per_grid_ts")?.To(DType.Float64).ToArray<double>();
            var (start, merge) = (0L, Config.Vision.MergeSize);
            for (var i = 0; i < grids.Length; i += 3)
            {
                var (time, height, width) = (grids[i], grids[i + 1], grids[i + 2]);
                var tokens = Visual.Forward(pixels.Narrow(0, start, (long)time * height * width), (time, height, width));
                var grid = new VisionGrid(time, height / merge, width / merge, kind == MediaKind.Video ? seconds?[i / 3] ?? 1 : 0);
                features.Add(new VisionFeatures(tokens, [(int)tokens.Size(0)], [grid], kind));
                start += (long)time * height * width;
            }

            return features;
        }
    }
}
