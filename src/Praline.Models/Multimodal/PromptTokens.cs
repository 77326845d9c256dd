namespace Praline.Models.Multimodal;

/// <summary>A prompt as token ids, with <see cref="ImageToken"/> where an image's (or a video frame's) features go.</summary>
/// <param name="Ids">Token ids; <see cref="ImageToken"/> marks one image each, in order.</param>
public sealed record PromptTokens(IReadOnlyList<int> Ids)
{
    /// <summary>The mark of an image, as LLaVA and SynPO number it: −200.</summary>
    public const int ImageToken = -200;

    /// <summary>How many images it wants.</summary>
    public int ImageCount => Ids.Count(id => id == ImageToken);

    /// <summary>Its length once features of so many tokens each stand at the marks.</summary>
    public int LengthWith(IEnumerable<int> tokensPerImage) => Ids.Count - ImageCount + tokensPerImage.Sum();
}
