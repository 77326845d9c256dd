using System.Globalization;
using Praline.Media;
using Praline.Models.Language;
using Praline.Models.Vision;
using Praline.Models.Verification;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>What LLaVA-1.5 and LLaVA-NeXT have in common: a CLIP or SigLIP tower, a two-layer projector, a Llama or Mistral.</summary>
public abstract class LlavaModel : SingleFolderModel
{
    /// <summary>Takes the weights that both have; the derived class takes its own and calls <see cref="SingleFolderModel.VerifyWeights"/>.</summary>
    private protected LlavaModel(string folder, LlavaConfig config, ModelWeights weights)
        : base(folder, weights)
    {
        Config = config;
        var root = weights.Store.Root;
        weights.Store.MayIgnore = ClipVisionModel.MayIgnore;
        Language = new LlamaModel(config.Text, root["language_model"]);
        Tower = config.Clip is { } clip
            ? new ClipVisionModel(root["vision_tower"], clip)
            : new SiglipVisionModel(root["vision_tower"], config.Siglip!);
        Projector = Projector.Llava(
            root["multi_modal_projector"], Tower.HiddenSize, config.Text.HiddenSize, config.ProjectorHiddenAct, config.ProjectorBias);
    }

    /// <summary>The model's shape.</summary>
    public LlavaConfig Config { get; }

    /// <inheritdoc/>
    public override string ModelType => Config.ModelType;

    /// <inheritdoc/>
    public override bool TowerCheckpointing { get => Tower.Checkpointing; set => Tower.Checkpointing = value; }

    /// <inheritdoc/>
    public override LlamaModel Language { get; }

    /// <summary>The vision tower.</summary>
    public VisionTower Tower { get; }

    /// <summary>From the tower's width to the language model's.</summary>
    public Projector Projector { get; }

    /// <inheritdoc/>
    public override string VisionSettings => string.Create(
        CultureInfo.InvariantCulture,
        $"{ModelType}, hidden state {Config.VisionFeatureLayer}, class token {Config.KeepsClassToken}, {Tower.DType}, {ImageProcessors.Describe(Processor)}");

    /// <summary>The image processor.</summary>
    protected abstract ImageProcessor Processor { get; }

    /// <inheritdoc/>
    protected internal override int ImageTokenId => Config.ImageTokenId;

    private int Heads => Config.Clip?.Heads ?? Config.Siglip!.Heads;

    /// <summary>
    /// Features of images (or tiles): [n, 3, S, S], normalised → [n, tokens, D]. Gradients flow when they are recorded.
    /// </summary>
    public Tensor EncodePixels(Tensor pixels)
    {
        using var scope = new TensorScope();
        return VisionBatches.Run(pixels, Tower, Heads, EncodeBatch).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override VisionWork WorkFor(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images)
    {
        var (clip, siglip) = (Config.Clip, Config.Siglip);
        var layers = clip?.Layers ?? siglip!.Layers;
        var run = Config.VisionFeatureLayer < 0 ? layers + 1 + Config.VisionFeatureLayer : Config.VisionFeatureLayer;
        long side = Tower.ImageSize / Tower.PatchSize, patches = side * side;
        return VisionWork.Even(
            (Tower.HiddenSize, VisionWork.Kept(clip?.IntermediateSize ?? siglip!.IntermediateSize, clip?.HiddenAct ?? siglip!.HiddenAct), Heads), run, sizes.Sum(size => (long)TilesOf(size)),
            patches + (Tower.HasClassToken ? 1 : 0), patches);
    }

    /// <summary>Tiles that an image of that size is cut into.</summary>
    private protected virtual int TilesOf((int Height, int Width) size) => 1;

    private Tensor EncodeBatch(Tensor pixels)
    {
        using var scope = new TensorScope();
        var features = Config.KeepsClassToken
            ? Tower.HiddenState(pixels, Config.VisionFeatureLayer)
            : Tower.Features(pixels, Config.VisionFeatureLayer);
        return Projector.Forward(features).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public override string ProjectorModule => "multi_modal_projector";

    /// <inheritdoc/>
    protected override ModelPart PartOf(string parameter) =>
        parameter.StartsWith("language_model.", StringComparison.Ordinal) ? ModelPart.Language
        : parameter.StartsWith("vision_tower.", StringComparison.Ordinal) ? ModelPart.VisionTower
        : ModelPart.Projector;

    /// <inheritdoc/>
    internal override (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) EncodeReference(ReferenceNumbers numbers)
    {
        var features = EncodePixels(ReferencePixels(numbers));
        numbers.Compare("image_features", () => LanguageVerification.Host(features));
        return ([.. Enumerable.Range(0, (int)features.Size(0)).Select(i => new VisionFeatures(features.Select(0, i), [(int)features.Size(1)]))], []);
    }
}
