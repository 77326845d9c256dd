using Praline.Models.Multimodal;

namespace Praline.Training.Packing;

/// <summary>A prompt with its media and the responses that share it.</summary>
/// <param name="Prompt">Token ids with image marks.</param>
/// <param name="Responses">The responses; one for supervised training, two for pairs, any number for rankings.</param>
public sealed record PackedExample(PromptTokens Prompt, IReadOnlyList<Response> Responses)
{
    /// <summary>
    /// Tokens that the model computes: the prompt once, and every response but its last token, which only has to be predicted.
    /// </summary>
    public int LengthWith(IEnumerable<int> tokensPerImage) => Prompt.LengthWith(tokensPerImage) + Responses.Sum(r => r.Ids.Count - 1);
}
