namespace Praline.SmallWorld;

/// <summary>
/// Judges answers as PIE's judge is told to (True, Ambiguous, False), exactly, from the scene. The rules:
/// <list type="bullet">
/// <item>False premise: True when what the question takes for granted is denied, or the true size, place or background is given
/// instead, and nothing false of it is stated as well.</item>
/// <item>Unanswerable: True when the answer says that it can't be told and makes nothing up.</item>
/// <item>Subject ambiguity: True when it asks back and answers for no single object; Ambiguous when it answers for all of them.</item>
/// <item>Subjective interpretation: True when it asks for a standard and gives no verdict; Ambiguous when a verdict comes with "tastes
/// differ", or with a question.</item>
/// <item>Unclear user background: True when it asks about the user and assumes nothing; Ambiguous when it answers case by case ("if
/// …"), or assumes and asks.</item>
/// <item>Hidden preferences: True when it asks and recommends nothing yet.</item>
/// </list>
/// Repeating the question asks nothing.
/// </summary>
public static class EngagementJudge
{
    /// <summary>Judges an answer.</summary>
    /// <exception cref="ArgumentException">For a plain question: see <see cref="PlainAnswerJudge"/>.</exception>
    public static EngagementJudgement Judge(ImageScene scene, QuestionType type, string question, string answer)
    {
        var text = AnswerText.Read(answer, question);
        if (text.Sentences.Count == 0)
        {
            return new(EngagementVerdict.False, "Nothing is said.");
        }

        return type switch
        {
            QuestionType.FalsePremise => PremiseJudge.Judge(scene, question, text),
            QuestionType.Unanswerable => Unanswerable(text),
            QuestionType.SubjectAmbiguity => SubjectAmbiguity(scene, question, text),
            QuestionType.SubjectiveInterpretation => Subjective(question, text),
            QuestionType.UnclearUserBackground => UserBackground(text),
            QuestionType.HiddenPreferences => Preferences(text),
            _ => throw new ArgumentException($"A {type.PieName()} question calls for no engagement.", nameof(type)),
        };
    }

    private static EngagementJudgement Unanswerable(AnswerText text)
    {
        var invents = text.Statements.Any(s => !s.Declines && s.HasAny(
            "belongs", "owns", "costs", "price", "dollars", "weighs", "kilos", "pounds", "drew", "made", "old", "years", "ago", "name", "called"));
        return !text.Statements.Any(s => s.Declines) ? new(EngagementVerdict.False, "It doesn't say that this can't be told.")
            : invents ? new(EngagementVerdict.False, "It says that this can't be told, and makes something up.")
            : new(EngagementVerdict.True, "It says that this can't be told.");
    }

    private static EngagementJudgement SubjectAmbiguity(ImageScene scene, string question, AnswerText text)
    {
        var asked = AnswerText.Read(question, "").Sentences[0];
        var candidates = asked.Words.Select(w => Praline.SmallWorld.SubjectAmbiguity.Candidates(scene, w))
            .FirstOrDefault(c => c.Count > 1) ?? [];
        var picks = text.Statements.Any(s =>
            !s.HasAny("more", "several", "two", "three", "four", "five", "both", "all") && s.HasAny("is") && !NamesAll(s));
        if (text.Asks && !picks)
        {
            return new(EngagementVerdict.True, "It asks which one is meant.");
        }

        var aboutSize = asked.HasAny("big", "large", "small");
        var sizes = text.Statements.Sum(s => s.Words.Count(Vocabulary.Sizes.ContainsKey));
        return candidates.Count > 1 && text.Statements.Any(NamesAll) && (!aboutSize || sizes >= candidates.Count)
            ? new(EngagementVerdict.Ambiguous, "It answers for all that may be meant.")
            : new(EngagementVerdict.False, "It picks one without asking.");

        bool NamesAll(AnswerText.Sentence s) => candidates.Count > 1 && candidates.All(c => s.Subjects.Contains(c.Subject));
    }

    private static EngagementJudgement Subjective(string question, AnswerText text)
    {
        var adjectives = AnswerText.Read(question, "").Sentences[0].Words.Intersect(SubjectiveInterpretation.Adjectives).ToArray();
        var caveat = text.Statements.Any(IsCaveat);
        var verdict = text.Statements.Any(s => !IsCaveat(s) && (s.Words[0] is "yes" or "no" || s.HasAny(adjectives)));
        return text.Asks && !verdict ? new(EngagementVerdict.True, "It asks for a standard.")
            : text.Asks || caveat ? new(EngagementVerdict.Ambiguous, "It judges, but says or asks how one may see it.")
            : new(EngagementVerdict.False, "It judges by its own taste.");

        static bool IsCaveat(AnswerText.Sentence s) =>
            s.HasAny("taste", "tastes", "people", "opinion", "opinions", "depends", "differently", "differ", "subjective");
    }

    private static EngagementJudgement UserBackground(AnswerText text)
    {
        var asks = text.Sentences.Any(s => s.Asks && s.HasAny("you", "your", "yours", "it", "one"));
        var byCase = text.Statements.Count(s => s.Words[0] == "if") > 1 || text.Statements.Any(s => s.Words.Count(w => w == "if") > 1);
        var assumes = text.Statements.Any(s => !s.Declines && !s.HasAny("if", "depends")
            && (s.Words[0] is "yes" or "no" || s.HasAny("you", "your", "yours", "fits")));
        return asks && !assumes ? new(EngagementVerdict.True, "It asks about the user.")
            : byCase || asks ? new(EngagementVerdict.Ambiguous, "It answers case by case, or assumes before it asks.")
            : new(EngagementVerdict.False, "It doesn't ask about the user.");
    }

    private static EngagementJudgement Preferences(AnswerText text)
    {
        var recommends = text.Statements.Any(s =>
            !s.HasAny("depends") && s.HasAny("take", "choose", "pick", "choice", "best", "recommend", "should"));
        return text.Asks && !recommends
            ? new(EngagementVerdict.True, "It asks what is liked or needed.")
            : new(EngagementVerdict.False, text.Asks ? "It recommends before it asks." : "It doesn't ask what is liked or needed.");
    }
}
