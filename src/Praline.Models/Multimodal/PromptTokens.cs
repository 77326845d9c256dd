using Praline.Text.Tokenizers;

namespace Praline.Models.Multimodal;

/// <summary>A prompt as token ids, with <see cref="ImageToken"/> where an image's (or a video frame's) features go.</summary>
/// <param name="Ids">Token ids; <see cref="ImageToken"/> marks one image each, in order.</param>
public sealed record PromptTokens(IReadOnlyList<int> Ids)
{
    /// <summary>The mark of an image, as LLaVA and SynPO number it: −200.</summary>
    public const int ImageToken = -200;

    /// <summary>How many images it wants.</summary>
    public int ImageCount => Ids.Count(id => id == ImageToken);

    /// <summary>
    /// A text tokenized in pieces between its <c>&lt;image&gt;</c> marks, special tokens around the first piece only: LLaVA's and SynPO's
    /// way with tokenizers that have no such token.
    /// </summary>
    public static PromptTokens InPieces(Tokenizer tokenizer, string text, bool addSpecialTokens = true)
    {
        var ids = new List<int>();
        var pieces = text.Split(VisionLanguageModel.ImageMark);
        for (var i = 0; i < pieces.Length; i++)
        {
            if (i > 0)
            {
                ids.Add(ImageToken);
            }

            ids.AddRange(tokenizer.Encode(pieces[i], addSpecialTokens && i == 0));
        }

        return new PromptTokens(ids);
    }

    /// <summary>
    /// Ids that a reference processor made for one unpadded prompt: its image tokens become marks, be there one for each feature
    /// (expanded) or one for each image.
    /// </summary>
    /// <param name="ids">The ids.</param>
    /// <param name="imageTokenId">The token that stands for images or features.</param>
    /// <param name="counts">Features of each image.</param>
    /// <exception cref="PralineException">The number of image tokens fits neither form.</exception>
    public static PromptTokens FromReferenceIds(IReadOnlyList<int> ids, int imageTokenId, IReadOnlyList<int> counts)
    {
        var tokens = ids.Count(id => id == imageTokenId);
        if (tokens != counts.Count && tokens != counts.Sum())
        {
            throw new PralineException(
                $"The prompt has {tokens} image tokens (id {imageTokenId}): expected {counts.Count}, one for each image, "
                + $"or {counts.Sum()}, one for each of their features ({string.Join(" + ", counts)}).");
        }

        var expanded = tokens != counts.Count;
        var result = new List<int>(ids.Count);
        var (image, within) = (0, 0);
        foreach (var id in ids)
        {
            if (id != imageTokenId)
            {
                result.Add(id);
                continue;
            }

            if (within == 0)
            {
                result.Add(ImageToken);
            }

            if (!expanded || ++within == counts[image])
            {
                (image, within) = (image + 1, 0);
            }
        }

        return new PromptTokens(result);
    }

    /// <summary>Its length once features of so many tokens each stand at the marks.</summary>
    public int LengthWith(IEnumerable<int> tokensPerImage) => Ids.Count - ImageCount + tokensPerImage.Sum();
}
