namespace Praline.SmallWorld;

/// <summary>An answer, sentence by sentence, for the judge's rules.</summary>
internal sealed class AnswerText
{
    private static readonly HashSet<string> Negations = ["no", "not", "none", "nothing", "never", "neither"];

    private AnswerText(IReadOnlyList<Sentence> sentences)
    {
        Sentences = sentences;
    }

    /// <summary>All sentences that have a word.</summary>
    public IReadOnlyList<Sentence> Sentences { get; }

    /// <summary>The sentences that state something.</summary>
    public IEnumerable<Sentence> Statements => Sentences.Where(s => !s.Asks);

    /// <summary>Whether the user is asked something.</summary>
    public bool Asks => Sentences.Any(s => s.Asks);

    /// <summary>Reads an answer; a repetition of the question is not a question asked back.</summary>
    public static AnswerText Read(string answer, string question)
    {
        var asked = string.Join(' ', Split(question));
        var sentences = new List<Sentence>();
        var start = 0;
        for (var i = 0; i <= answer.Length; i++)
        {
            if (i < answer.Length && answer[i] is not ('.' or '?' or '!' or '\n'))
            {
                continue;
            }

            var words = Split(answer[start..i]);
            var isQuestion = (i < answer.Length && answer[i] == '?') || Has(words, "tell me") || Has(words, "let me know");
            if (words.Length > 0 && !(isQuestion && string.Join(' ', words) == asked))
            {
                sentences.Add(new Sentence(words, isQuestion && words.Length > 2));
            }

            start = i + 1;
        }

        return new AnswerText(sentences);
    }

    private static string[] Split(string text) =>
        new string([.. text.ToLowerInvariant().Replace("n't", " not").Select(c => char.IsLetterOrDigit(c) ? c : ' ')])
            .Replace("cannot", "can not").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool Has(string[] words, string phrase) => $" {string.Join(' ', words)} ".Contains($" {phrase} ", StringComparison.Ordinal);

    /// <summary>One sentence in lower-case words.</summary>
    internal sealed record Sentence(string[] Words, bool Asks)
    {
        /// <summary>Whether it denies something.</summary>
        public bool Denies => Words.Any(Negations.Contains);

        /// <summary>Whether it says that something can't be told.</summary>
        public bool Declines =>
            Has("can not") || Has("could not") || Has("unable") || Has("impossible") || Has("not possible") || Has("no way")
            || (Denies && HasAny("know", "show", "shows", "say", "tell", "shown", "clear"));

        /// <summary>The objects that are named by colour and shape.</summary>
        public IReadOnlyList<Subject> Subjects =>
            [.. Words.Zip(Words.Skip(1)).Where(p => Vocabulary.Colors.ContainsKey(p.First) && Vocabulary.Shapes.ContainsKey(p.Second))
                .Select(p => new Subject(Vocabulary.Colors[p.First], Vocabulary.Shapes[p.Second]))];

        /// <summary>The places that are named.</summary>
        public IReadOnlySet<string> Places =>
            FactParser.Parse("a red circle " + string.Join(' ', Words.Where(w => !Vocabulary.Shapes.ContainsKey(w)))).Facts
                .Where(f => f.Kind == FactKind.Place).Select(f => f.Value!).ToHashSet();

        /// <summary>Whether a phrase of whole words occurs.</summary>
        public bool Has(string phrase) => AnswerText.Has(Words, phrase);

        /// <summary>Whether one of some words occurs.</summary>
        public bool HasAny(params string[] words) => Words.Any(words.Contains);
    }
}
