using System.Globalization;
using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Vision;
using Praline.Models.Verification;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Multimodal;

/// <summary>
/// AuroraCap (Chai et al. 2024): CLIP's vision transformer with token merging, a two-layer projector and a Llama. The folder has the
/// original's layout: the language model and the tokenizer at the root, <c>visual_encoder/</c> and <c>projector/</c> inside.
/// </summary>
public sealed class AuroraCap : VisionLanguageModel
{
    private const double PapersKeptRatio = 0.1;
    private const int FeatureLayer = -2;

    private readonly ModelWeights _languageWeights;
    private readonly ModelWeights _visionWeights;
    private readonly ModelWeights _projectorWeights;

    private AuroraCap(string folder, LoadOptions options, Func<string, ModelWeights> open)
        : base(folder)
    {
        var visionFolder = AuroraCapFiles.VisualEncoder(folder);
        var projectorFolder = AuroraCapFiles.Projector(folder);
        using (_languageWeights = open(folder))
        using (_visionWeights = open(visionFolder))
        using (_projectorWeights = open(projectorFolder))
        {
            Language = new LlamaModel(LlamaConfig.Read(folder), _languageWeights.Store.Root);
            _visionWeights.Store.MayIgnore = ClipVisionModel.MayIgnore;
            VisualEncoder = new ClipVisionModel(_visionWeights.Store.Root, ClipVisionConfig.Read(visionFolder) with { IsAurora = true });
            Projector = Projector.Aurora(_projectorWeights.Store.Root, ProjectorConfig.Read(projectorFolder));
            _languageWeights.Store.Verify();
            _visionWeights.Store.Verify();
            _projectorWeights.Store.Verify();
        }

        TokenKeptRatio = options.TokenKeptRatio
            ?? ConfigReader.Open(visionFolder).OptionalDouble("token_kept_ratio")
            ?? PapersKeptRatio;
        ImageProcessor = ImageProcessors.Load(() => ClipImageProcessor.Square(VisualEncoder.ImageSize), visionFolder, folder);
        _ = VisualEncoder.MergedPerLayer(VisualEncoder.ImageSize, VisualEncoder.ImageSize, TokenKeptRatio);
    }

    /// <inheritdoc/>
    public override string ModelType => "auroracap";

    /// <inheritdoc/>
    public override bool TowerCheckpointing { get => VisualEncoder.Checkpointing; set => VisualEncoder.Checkpointing = value; }

    /// <inheritdoc/>
    public override LlamaModel Language { get; }

    /// <summary>The vision tower.</summary>
    public ClipVisionModel VisualEncoder { get; }

    /// <summary>From the tower's width to the language model's.</summary>
    public Projector Projector { get; }

    /// <summary>The share of visual tokens that are kept, in (0, 1].</summary>
    public double TokenKeptRatio { get; }

    /// <summary>From frames to the tower's pixels: <c>visual_encoder/preprocessor_config.json</c>, else CLIP's for the tower's image size.</summary>
    public ClipImageProcessor ImageProcessor { get; }

    /// <summary>The size of frames as the tower gets them, whatever size they come in.</summary>
    public (int Height, int Width) FrameSize => ImageProcessors.SizeOf(ImageProcessor, (VisualEncoder.ImageSize, VisualEncoder.ImageSize));

    /// <inheritdoc/>
    public override string VisionSettings => string.Create(
        CultureInfo.InvariantCulture,
        $"auroracap, hidden state {FeatureLayer}, kept {TokenKeptRatio:R}, {VisualEncoder.DType}, {ImageProcessors.Describe(ImageProcessor)}");

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="PralineException">A file is missing or damaged, or weights do not fit the configuration.</exception>
    public static new AuroraCap Load(string folder, LoadOptions? options = null)
    {
        var chosen = options ?? new LoadOptions();
        return new AuroraCap(folder, chosen, part => ModelWeights.Open(part, chosen, WeightNames.Resolver));
    }

    /// <summary>
    /// A model with fresh random weights, to be trained from scratch: the folder has everything but the weights (the three
    /// <c>config.json</c>, the tokenizer, <c>visual_encoder/preprocessor_config.json</c>).
    /// </summary>
    /// <param name="folder">The files that describe the model; <see cref="Save"/> copies them.</param>
    /// <param name="seed">Each parameter's numbers depend on the seed and its name.</param>
    /// <param name="options">Type (single precision when null), device and share of tokens.</param>
    public static AuroraCap Create(string folder, ulong seed, LoadOptions? options = null)
    {
        var chosen = options ?? new LoadOptions();
        var model = new AuroraCap(folder, chosen, part => ModelWeights.Random(
            seed, ConfigReader.Open(part).Double("initializer_range", 0.02), chosen));
        model.VisualEncoder.InitializePositions();
        return model;
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, Tensor>> Parameters(ModelPart part) => Weights(part).Store.Parameters;

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, Linear>> Linears(ModelPart part)
    {
        // Each part has a store of its own; the language model's names stay as PEFT has them.
        var prefix = part switch { ModelPart.Language => "", ModelPart.VisionTower => AuroraCapFiles.VisualEncoderName + ".", _ => AuroraCapFiles.ProjectorName + "." };
        return Weights(part).Store.Linears.Select(l => KeyValuePair.Create(prefix + l.Key, l.Value));
    }

    /// <inheritdoc/>
    public override VisionWork WorkFor(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images)
    {
        var config = VisualEncoder.Config;
        var frames = sizes.Select(size => VisualEncoder.TokensPerLayer(ImageProcessors.SizeOf(ImageProcessor, size), FeatureLayer, TokenKeptRatio)).ToArray();
        int[] layers = [.. Enumerable.Range(0, frames.Max(tokens => tokens.Count) - 1)];
        return new VisionWork(
            config.HiddenSize, VisionWork.Kept(config.IntermediateSize, config.HiddenAct), config.Heads, [.. layers.Select(i => frames.Sum(tokens => tokens[i]))],
            [.. layers.Select(i => frames.Sum(tokens => tokens[i] * tokens[i]))], frames.Sum(tokens => tokens[^1] - 1), config.HiddenSize);
    }

    /// <summary>
    /// Features of frames: [frames, 3, height, width], normalised → [frames, tokens, D]. Gradients flow when they are recorded.
    /// </summary>
    public Tensor EncodePixels(Tensor pixels)
    {
        using var scope = new TensorScope();
        return Projector.Forward(VisualEncoder.Features(pixels, FeatureLayer, TokenKeptRatio)).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override VisionFeatures EncodeWithGradients(
        IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0)
    {
        using var scope = new TensorScope();
        var pixels = VisionBatches.ToTensor(ImageProcessor.Process(images), Language.Device);
        var features = VisionBatches.Run(pixels, VisualEncoder, VisualEncoder.Config.Heads, EncodePixels); // [images, tokens, D]
        var counts = Enumerable.Repeat((int)features.Size(1), images.Count).ToArray();
        return new VisionFeatures(features.Flatten(0, 1), counts, kind).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> CountTokens(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images) =>
        [.. sizes.Select(size =>
        {
            var (height, width) = ImageProcessors.SizeOf(ImageProcessor, size);
            return VisualEncoder.TokenCount(height, width, FeatureLayer, TokenKeptRatio);
        })];

    /// <summary>The text in pieces between the image marks, special tokens around the first piece only, as SynPO's <c>process_text</c>.</summary>
    public override PromptTokens Tokenize(string text) => PromptTokens.InPieces(Tokenizer, text);

    /// <summary>No: SynPO's form is written here, whatever template the language model came with.</summary>
    public override bool ReadsChatTemplate => false;

    /// <inheritdoc/>
    public override string FormatPrompt(string question, int imageCount, MediaKind kind = MediaKind.Images) => imageCount == 0
        ? $"USER: {question}\n ASSISTANT:"
        : $"USER: {string.Join(' ', Enumerable.Repeat(ImageMark, imageCount))}\n{question}\n ASSISTANT:";

    /// <inheritdoc/>
    public override void Save(string folder, DType? dtype = null)
    {
        foreach (var (part, subfolder) in new[]
        {
            (ModelPart.Language, ""), (ModelPart.VisionTower, AuroraCapFiles.VisualEncoderName), (ModelPart.Projector, AuroraCapFiles.ProjectorName),
        })
        {
            CheckpointWriter.Write(
                Path.Combine(Folder, subfolder), Path.Combine(folder, subfolder), Weights(part).Store.Parameters, dtype ?? Language.DType);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _languageWeights.Store.Dispose();
        _visionWeights.Store.Dispose();
        _projectorWeights.Store.Dispose();
    }

    private ModelWeights Weights(ModelPart part) => part switch
    {
        ModelPart.Language => _languageWeights,
        ModelPart.VisionTower => _visionWeights,
        _ => _projectorWeights,
    };

    /// <inheritdoc/>
    internal override (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) EncodeReference(ReferenceNumbers numbers)
    {
        // The original's layout has its numbers per share of tokens kept: ratio0.3.visual_tokens, ratio0.3.projected.
        if (numbers.Input("input_ids") is not null)
        {
            LanguageVerification.Run(numbers, Language); // text alone: the root is a language model of its own
        }

        if (numbers.Input("pixel_values") is not null)
        {
            var (pixels, ratio) = (ReferencePixels(numbers), string.Create(CultureInfo.InvariantCulture, $"ratio{TokenKeptRatio:0.0##}"));
            numbers.Compare($"{ratio}.visual_tokens", () => LanguageVerification.Host(VisualEncoder.Features(pixels, FeatureLayer, TokenKeptRatio)));
            numbers.Compare($"{ratio}.projected", () => LanguageVerification.Host(EncodePixels(pixels)));
        }

        return ([], []);
    }
}
