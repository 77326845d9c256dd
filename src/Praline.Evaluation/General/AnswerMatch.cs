namespace Praline.Evaluation;

/// <summary>
/// 1 or 0 for short reference answers, ROUGE-L for those of more than five words. A yes-or-no reference is met by the answer's first yes or no; another
/// one when its words occur in the answer in a row. Capitals, punctuation and articles make no difference.
/// </summary>
public sealed class AnswerMatch : IGeneralScorer
{
    private const int LongestShort = 5;

    /// <inheritdoc/>
    public string Name => "answer match";

    /// <inheritdoc/>
    public string Definition =>
        "Short references: 1 when the answer's first yes or no is the reference's, or the reference's words occur in the answer in a row, else 0. Longer ones: ROUGE-L.";

    /// <inheritdoc/>
    public double Score(GeneralQuestion question, string answer)
    {
        var (right, given) = (Words(question.Answer), Words(answer));
        return right.Length > LongestShort ? RougeL.Score([new CaptionPair(given, [right])]).Corpus
            : right is ["yes" or "no"] ? (given.FirstOrDefault(w => w is "yes" or "no") == right[0] ? 1 : 0)
            : right.Length > 0 && $" {string.Join(' ', given)} ".Contains($" {string.Join(' ', right)} ", StringComparison.Ordinal) ? 1
            : 0;
    }

    private static string[] Words(string text) =>
        [.. new string([.. text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w is not ("a" or "an" or "the"))];
}
