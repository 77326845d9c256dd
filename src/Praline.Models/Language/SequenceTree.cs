namespace Praline.Models.Language;

/// <summary>
/// One prompt and the responses to it, laid out as [prompt][response 1][response 2]…: a prompt that is computed once however
/// many responses share it. A single sequence is a tree without responses.
/// </summary>
/// <param name="PromptLength">Tokens of the prompt; may be 0.</param>
/// <param name="ResponseLengths">Tokens of each response.</param>
public sealed record SequenceTree(int PromptLength, params int[] ResponseLengths)
{
    /// <summary>Tokens in all.</summary>
    public int Length { get; } = PromptLength + ResponseLengths.Sum();

    /// <summary>Where response <paramref name="i"/> begins, counted from the tree's first token.</summary>
    public int ResponseStart(int i) => PromptLength + ResponseLengths.Take(i).Sum();
}
