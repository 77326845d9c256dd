namespace Praline.Evaluation;

/// <summary>One generated caption with the references that people wrote, all split into tokens.</summary>
/// <param name="Hypothesis">The generated caption's tokens.</param>
/// <param name="References">At least one reference.</param>
public sealed record CaptionPair(IReadOnlyList<string> Hypothesis, IReadOnlyList<IReadOnlyList<string>> References)
{
    /// <summary>Splits text that was tokenised before (lower case, tokens between single spaces), as pycocoevalcap takes it.</summary>
    public static CaptionPair FromTokenised(string hypothesis, IEnumerable<string> references) =>
        new(hypothesis.Split(' '), [.. references.Select(r => r.Split(' '))]);

    /// <summary>Takes ordinary text: see <see cref="CaptionTokens.Split"/>.</summary>
    public static CaptionPair FromText(string hypothesis, IEnumerable<string> references) =>
        new(CaptionTokens.Split(hypothesis), [.. references.Select(CaptionTokens.Split)]);
}
