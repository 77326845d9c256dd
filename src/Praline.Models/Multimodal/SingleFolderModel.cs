using Praline.Text.ChatTemplates;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Multimodal;

/// <summary>A model whose weights and files all lie in one folder, with prompts by the checkpoint's own chat template.</summary>
public abstract class SingleFolderModel : VisionLanguageModel
{
    private readonly Lazy<ChatTemplate?> _template;

    private protected SingleFolderModel(string folder, ModelWeights weights)
        : base(folder)
    {
        Weights = weights;
        _template = new Lazy<ChatTemplate?>(() => ChatTemplate.Load(folder));
    }

    private protected ModelWeights Weights { get; }

    /// <summary>The name of the module between the vision tower and the language model.</summary>
    public abstract string ProjectorModule { get; }

    /// <summary>The token that the tokenizer has for an image.</summary>
    protected internal abstract int ImageTokenId { get; }

    /// <summary>The token that stands for videos; null for families that have none, or none of its own.</summary>
    protected internal virtual int? VideoTokenId => null;

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, Tensor>> Parameters(ModelPart part) =>
        Weights.Store.Parameters.Where(p => PartOf(p.Key) == part);

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, Linear>> Linears(ModelPart part) =>
        Weights.Store.Linears.Where(l => PartOf(l.Key + ".weight") == part);

    /// <summary>
    /// The whole text at once, <c>&lt;image&gt;</c> being a token of its own, as the reference's processors do; with a tokenizer that lacks
    /// that token, in pieces between the marks.
    /// </summary>
    public override PromptTokens Tokenize(string text)
    {
        var begins = StartsWithBegin(text);
        return Tokenizer.TokenToId(ImageMark) is { } mark
            ? new PromptTokens([.. Tokenizer.Encode(text, addSpecialTokens: !begins).Select(id => id == mark ? PromptTokens.ImageToken : id)])
            : PromptTokens.InPieces(Tokenizer, text, addSpecialTokens: !begins);
    }

    /// <inheritdoc/>
    public override string FormatPrompt(string question, int imageCount, MediaKind kind = MediaKind.Images) =>
        _template.Value is { } template
            ? template.Render(
                [new ChatMessage("user", [.. Enumerable.Repeat(MediaPart(kind), imageCount), ChatPart.OfText(question)])],
                addGenerationPrompt: true,
                Tokenizer.SpecialTokens.Select(token => new KeyValuePair<string, object?>(token.Key, token.Value)))
            : FormatWithoutTemplate(question, imageCount, kind);

    /// <summary>
    /// Ids that a reference processor made: image tokens become marks, be there one for each feature (expanded, as now) or one for each
    /// image (as before).
    /// </summary>
    /// <param name="ids">One unpadded prompt.</param>
    /// <param name="counts">Features of each of its images.</param>
    /// <exception cref="PralineException">The number of image tokens fits neither.</exception>
    public virtual PromptTokens FromReferenceIds(IReadOnlyList<int> ids, IReadOnlyList<int> counts) =>
        PromptTokens.FromReferenceIds(ids, ImageTokenId, counts);

    /// <inheritdoc/>
    public override void Save(string folder, DType? dtype = null) =>
        CheckpointWriter.Write(Folder, folder, Weights.Store.Parameters, dtype ?? Language.DType);

    /// <inheritdoc/>
    public override void Dispose() => Weights.Store.Dispose();

    /// <summary>Templates may write the begin token that the tokenizer would put there too.</summary>
    private protected bool StartsWithBegin(string text) =>
        Tokenizer.SpecialTokens.TryGetValue("bos_token", out var begin) && text.StartsWith(begin, StringComparison.Ordinal);

    /// <summary>Fails unless every weight was there, of the right shape, and none is left over; lets go of the files.</summary>
    private protected void VerifyWeights()
    {
        Weights.Store.Verify();
        Weights.Dispose();
    }

    /// <summary>The prompt's form for checkpoints without a chat template.</summary>
    protected abstract string FormatWithoutTemplate(string question, int imageCount, MediaKind kind);

    /// <summary>The part that a parameter belongs to.</summary>
    protected abstract ModelPart PartOf(string parameter);
}
