using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Language;

namespace Praline.Models.Multimodal;

/// <summary>
/// A language model alone behind the same interface: it reads text and sees nothing. Training, merging, captioning and judging take it as any other model;
/// images and videos are refused by name.
/// </summary>
public sealed class TextModel : SingleFolderModel
{
    private TextModel(string folder, LlamaConfig config, ModelWeights weights)
        : base(folder, weights)
    {
        ModelType = ConfigReader.Open(folder).String("model_type") ?? "llama";
        Language = new LlamaModel(config, weights.Store.Root);
        VerifyWeights();
    }

    /// <inheritdoc/>
    public override string ModelType { get; }

    /// <inheritdoc/>
    public override LlamaModel Language { get; }

    /// <inheritdoc/>
    public override bool HasVision => false;

    /// <summary>There is no tower: nothing to recompute.</summary>
    public override bool TowerCheckpointing { get; set; }

    /// <inheritdoc/>
    public override string VisionSettings => "none";

    /// <summary>A language model has none; no parameter's name begins with it.</summary>
    public override string ProjectorModule => "";

    /// <inheritdoc/>
    protected internal override int ImageTokenId => PromptTokens.ImageToken;

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="PralineException">A file is missing or damaged, or weights do not fit the configuration.</exception>
    public static new TextModel Load(string folder, LoadOptions? options = null) =>
        new(folder, LlamaConfig.Read(folder), ModelWeights.Open(folder, options ?? new LoadOptions()));

    /// <summary>Refuses.</summary>
    /// <exception cref="PralineException">Always: there is nothing that sees.</exception>
    public override VisionFeatures EncodeWithGradients(
        IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0) => throw Blind();

    /// <inheritdoc/>
    public override IReadOnlyList<int> CountTokens(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images) =>
        sizes.Count == 0 ? [] : throw Blind();

    /// <inheritdoc/>
    public override VisionWork WorkFor(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images) =>
        VisionWork.Even((0, 0, 0), 0, 0, 0, 0);

    /// <summary>All of the text: <c>&lt;image&gt;</c> in it is a word like any other.</summary>
    public override PromptTokens Tokenize(string text) =>
        new([.. Tokenizer.Encode(text, addSpecialTokens: !StartsWithBegin(text))]);

    /// <summary>Without a chat template the question as it is: a base model continues it.</summary>
    protected override string FormatWithoutTemplate(string question, int imageCount, MediaKind kind) => question;

    /// <inheritdoc/>
    protected override ModelPart PartOf(string parameter) => ModelPart.Language;

    private PralineException Blind() => new(
        $"{Folder} holds a language model ({ModelType}) that reads text alone: give a vision-language model for rows with images or videos.");

    /// <inheritdoc/>
    internal override (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) EncodeReference(Verification.ReferenceNumbers numbers) => ([], []);
}
