namespace Praline.SmallWorld;

/// <summary>
/// Whether a plain question is answered right: the answer names the right value of the kind that is asked for (a colour, a place, a
/// number…), and no other.
/// </summary>
public static class PlainAnswerJudge
{
    /// <summary>Judges an answer.</summary>
    /// <exception cref="ArgumentException">When the question isn't plain.</exception>
    public static bool IsRight(ImageQuestion question, string answer)
    {
        if (question.Type != QuestionType.Plain || question.Value is null)
        {
            throw new ArgumentException($"Only plain questions have a right answer, not '{question.Text}'.", nameof(question));
        }

        var sentences = AnswerText.Read(answer, question.Text).Sentences;
        var words = sentences.SelectMany(s => s.Words).ToList();
        var said = question.Topic switch
        {
            "color" or "background" => words.Where(Vocabulary.Colors.ContainsKey).Select(w => Words.Of(Vocabulary.Colors[w])),
            "shape" => words.Where(Vocabulary.Shapes.ContainsKey).Select(w => Words.Of(Vocabulary.Shapes[w])),
            "size" => words.Where(Vocabulary.Sizes.ContainsKey).Select(w => Words.Of(Vocabulary.Sizes[w])),
            "place" => sentences.SelectMany(s => s.Places),
            "who" => sentences.SelectMany(s => s.Subjects).Select(s => s.ToString()),
            "exists" => Existence(sentences),
            _ => words.Select(Number).Where(n => n is not null).Select(n => n!),
        };
        return said.Distinct().ToList() is [var only] && only == question.Value;
    }

    private static IEnumerable<string> Existence(IReadOnlyList<AnswerText.Sentence> sentences)
    {
        foreach (var sentence in sentences)
        {
            yield return sentence.Words[0] == "yes" ? "yes" : sentence.Denies ? "no" : sentence.HasAny("is", "see") ? "yes" : "unclear";
        }
    }

    private static string? Number(string word) =>
        int.TryParse(word, out var digits) && digits >= 0 && digits < Wording.Numbers.Count ? Wording.Numbers[digits]
        : word is "zero" or "none" ? "no"
        : Wording.Numbers.Contains(word) ? word
        : null;
}
