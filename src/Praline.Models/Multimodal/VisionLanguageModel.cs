using Praline.Models.Language;
using Praline.Models.Tokenizers;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>
/// A model that reads text with images or video frames in it: a vision tower, a projector and a language model behind one interface,
/// whatever family the checkpoint is of.
/// </summary>
/// <example><code>
/// using var model = VisionLanguageModel.Load("checkpoints/auroracap-7b", new LoadOptions { TokenKeptRatio = 0.1 });
/// using var features = model.Encode(frames);
/// var prompt = model.BuildPrompt("Describe the video in detail.", features.Counts.Count);
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

    /// <summary>The language model.</summary>
    public abstract LlamaModel Language { get; }

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

    /// <summary>A text with <c>&lt;image&gt;</c> where images go, as the family's reference tokenizes it.</summary>
    public abstract PromptTokens Tokenize(string text);

    /// <summary>
    /// A question about so many images (or frames) in the form the family was trained on, with <c>&lt;image&gt;</c> marks and up to
    /// where the answer begins.
    /// </summary>
    public abstract string FormatPrompt(string question, int imageCount);

    /// <summary><see cref="Tokenize"/> of <see cref="FormatPrompt"/>.</summary>
    public PromptTokens BuildPrompt(string question, int imageCount) => Tokenize(FormatPrompt(question, imageCount));

    /// <summary>
    /// The prompt's embeddings [T, D] with the features at its image marks. Gradients flow through both.
    /// </summary>
    /// <exception cref="PralineException">The prompt has another number of marks than there are images.</exception>
    public virtual PromptEmbeddings EmbedPrompt(PromptTokens prompt, VisionFeatures? features = null) =>
        new(PromptAssembly.Embed(prompt, Language.Embed, Language.Device, features));

    /// <inheritdoc/>
    public abstract void Dispose();
}
