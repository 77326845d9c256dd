using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Text.ChatTemplates;
using Praline.Text.Tokenizers;
using Praline.Models.Verification;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Multimodal;

/// <summary>
/// A model that reads text with images or video frames in it: a vision tower, a projector and a language model behind one interface,
/// whatever family the checkpoint is of. A language model alone is one too, without <see cref="HasVision"/>.
/// </summary>
/// <example><code>
/// using var model = VisionLanguageModel.Load("checkpoints/auroracap-7b", new LoadOptions { TokenKeptRatio = 0.1 });
/// using var features = model.Encode(frames, MediaKind.Video);
/// var prompt = model.BuildPrompt("Describe the video in detail.", features);
/// using var embeddings = model.EmbedPrompt(prompt, features);   // [T, D], what a generator or a trainer takes
/// </code></example>
public abstract class VisionLanguageModel : IDisposable
{
    /// <summary>What marks the place of an image in a text.</summary>
    public const string ImageMark = "<image>";

    private readonly Lazy<Tokenizer> _tokenizer;

    private protected VisionLanguageModel(string folder)
    {
        Folder = folder;
        _tokenizer = new Lazy<Tokenizer>(() => Tokenizer.Load(folder));
    }

    /// <summary>The checkpoint's folder.</summary>
    public string Folder { get; }

    /// <summary>The family, such as <c>auroracap</c> or <c>llava_next</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>Whether it sees images and videos; a language model alone does not.</summary>
    public virtual bool HasVision => true;

    /// <summary>Whether prompts follow the checkpoint's chat template where it has one; else the family has a form of its own.</summary>
    public virtual bool ReadsChatTemplate => true;

    /// <summary>The language model.</summary>
    public abstract LlamaModel Language { get; }

    /// <summary>
    /// Keep only the input of each of the vision tower's layers for the backward pass, and compute the layer a second time there, where gradients are
    /// recorded.
    /// </summary>
    public abstract bool TowerCheckpointing { get; set; }

    /// <summary>The checkpoint's tokenizer, read when it is first asked for.</summary>
    /// <exception cref="PralineException">The folder has none, or it can't be read.</exception>
    public Tokenizer Tokenizer => _tokenizer.Value;

    /// <summary>Names all weights by their content, see <see cref="WeightsFingerprint"/>; computed anew on each call.</summary>
    public string Fingerprint => WeightsFingerprint.Of(Enum.GetValues<ModelPart>().SelectMany(Parameters));

    /// <summary>The same for the weights that <see cref="VisionFeatures"/> depend on: those of the tower and the projector.</summary>
    public string VisionFingerprint => WeightsFingerprint.Of(
        Parameters(ModelPart.VisionTower).Concat(Parameters(ModelPart.Projector)));

    /// <summary>Opens a checkpoint of any known family.</summary>
    /// <exception cref="PralineException">The family is not known, a file is missing or damaged, or weights do not fit.</exception>
    public static VisionLanguageModel Load(string folder, LoadOptions? options = null) =>
        VisionLanguageModels.Open(folder, options ?? new LoadOptions());

    /// <summary>A part's parameters by their name in the checkpoint.</summary>
    public abstract IEnumerable<KeyValuePair<string, Tensor>> Parameters(ModelPart part);

    /// <summary>A part's linear layers by name, where adapters are put on; names differ from part to part.</summary>
    public abstract IEnumerable<KeyValuePair<string, Linear>> Linears(ModelPart part);

    /// <summary>
    /// All that features depend on but weights and media: the image processor, the share of tokens kept, the weights' type.
    /// </summary>
    public abstract string VisionSettings { get; }

    /// <summary>
    /// What the language model sees of images, or of a video's frames in order. No gradients are recorded; the result belongs to the
    /// current scope.
    /// </summary>
    /// <param name="images">At least one.</param>
    /// <param name="kind">Whether they are frames of one video; most families treat frames as images.</param>
    /// <param name="secondsPerFrame">Time between two frames, for families whose positions tell time; 0 when unknown.</param>
    public VisionFeatures Encode(IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0)
    {
        using var noGrad = NoGrad.Begin();
        return EncodeWithGradients(images, kind, secondsPerFrame);
    }

    /// <summary><see cref="Encode"/> with gradients, where something in the vision part trains.</summary>
    /// <param name="images">At least one.</param>
    /// <param name="kind">Whether they are frames of one video.</param>
    /// <param name="secondsPerFrame">Time between two frames; 0 when unknown.</param>
    public abstract VisionFeatures EncodeWithGradients(
        IReadOnlyList<RgbImage> images, MediaKind kind = MediaKind.Images, double secondsPerFrame = 0);

    /// <summary>
    /// How many tokens stand at each mark for images (or a video's frames) of these sizes, without decoding or encoding anything: what
    /// <see cref="VisionFeatures.Counts"/> will be.
    /// </summary>
    public abstract IReadOnlyList<int> CountTokens(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images);

    /// <summary>What the vision part computes for images (or a video's frames) of these sizes.</summary>
    public abstract VisionWork WorkFor(IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind = MediaKind.Images);

    /// <summary>A text with <c>&lt;image&gt;</c> where images go, as the family's reference tokenizes it.</summary>
    public abstract PromptTokens Tokenize(string text);

    /// <summary>
    /// A question about images (or frames) in the form the family was trained on, with an <c>&lt;image&gt;</c> mark for each and up to
    /// where the answer begins. Without images it is a plain question.
    /// </summary>
    public abstract string FormatPrompt(string question, int imageCount, MediaKind kind = MediaKind.Images);

    /// <summary>What a chat template is told to stand at the place of an image (or of a frame, for families that see frames as images), or of a video.</summary>
    public virtual ChatPart MediaPart(MediaKind kind) => ChatPart.Image;

    /// <summary><see cref="Tokenize"/> of <see cref="FormatPrompt"/>, with marks for these features.</summary>
    public PromptTokens BuildPrompt(string question, VisionFeatures? features = null) =>
        Tokenize(FormatPrompt(question, features?.Counts.Count ?? 0, features?.Kind ?? MediaKind.Images));

    /// <summary>
    /// The ids of an answer by itself: the text as it is, no special tokens, the end token last.
    /// </summary>
    /// <exception cref="PralineException">The checkpoint names no end token.</exception>
    public int[] TokenizeAnswer(string answer) =>
    [
        .. Tokenizer.Encode(answer, addSpecialTokens: false),
        Tokenizer.EosTokenId ?? (Language.Config.EosTokenIds is [var end, ..] ? end : throw new PralineException(
            $"{Folder}: neither the tokenizer nor config.json names an end token (eos_token, eos_token_id).")),
    ];

    /// <summary>
    /// The prompt's embeddings [T, D] with the features at its image marks. Gradients flow through both.
    /// </summary>
    /// <exception cref="PralineException">The prompt has another number of marks than there are images.</exception>
    public PromptEmbeddings EmbedPrompt(PromptTokens prompt, VisionFeatures? features = null) => new(
        PromptAssembly.Embed(prompt, Language.Embed, Language.Device, features), PositionIds(prompt, features));

    /// <summary>
    /// Positions of a prompt's tokens with the features in place, Int64 [3, T], for families whose positions follow rows and columns; null for 0, 1, 2….
    /// </summary>
    public virtual Tensor? PositionIds(PromptTokens prompt, VisionFeatures? features) => null;

    /// <summary>
    /// Writes the model to a folder in the layout it was opened from, with Hugging Face's names, and beside the weights every other
    /// file of the folder it came from.
    /// </summary>
    /// <param name="folder">Where to; may be the one it came from.</param>
    /// <param name="dtype">The type of the weights on disk; null keeps theirs.</param>
    public abstract void Save(string folder, DType? dtype = null);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>
    /// Features of the images and the videos of reference numbers, in their order; what the reference computed on the way is compared. For families whose videos have
    /// several marks, each mark is an entry of its own.
    /// </summary>
    internal abstract (IReadOnlyList<VisionFeatures> Images, IReadOnlyList<VisionFeatures> Videos) EncodeReference(ReferenceNumbers numbers);

    private protected Tensor ReferencePixels(ReferenceNumbers numbers, string name = "pixel_values") =>
        numbers.Require(name).To(Language.Device, Language.DType);
}
