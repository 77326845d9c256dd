namespace Praline.SmallWorld;

/// <summary>The rule for false premises: finds out what the question takes for granted, and whether the answer corrects it.</summary>
internal static class PremiseJudge
{
    public static EngagementJudgement Judge(ImageScene scene, string question, AnswerText text)
    {
        var asked = AnswerText.Read(question, "").Sentences[0];
        if (asked.Subjects.FirstOrDefault(s => scene.Find(s) is null) is { } absent)
        {
            return Absent(absent, text);
        }

        var item = asked.Subjects.Select(scene.Find).FirstOrDefault();
        if (item is null)
        {
            var colors = asked.Words.Where(Vocabulary.Colors.ContainsKey).ToHashSet();
            return Value(text, colors, Words.Of(scene.Background), s => s.Words.Where(Vocabulary.Colors.ContainsKey).ToHashSet());
        }

        return asked.Places.Count > 0
            ? Value(text, asked.Places, Words.Of(item.Place), s => s.Places)
            : Value(text, SizesOf(asked), Words.Of(item.Size), SizesOf);
    }

    private static EngagementJudgement Absent(Subject absent, AnswerText text)
    {
        // "There is no pink ring": the first object that a denial names is the one denied.
        var denied = text.Statements.Any(s => s.Denies && (s.Has("no such") || s.Subjects.FirstOrDefault() == absent));
        var believed = text.Statements.Any(s => !s.Denies && s.Subjects.Contains(absent));
        return !denied ? new(EngagementVerdict.False, $"It doesn't say that there is no {absent}.")
            : believed ? new(EngagementVerdict.False, $"It denies the {absent}, and speaks of it all the same.")
            : new(EngagementVerdict.True, $"It says that there is no {absent}.");
    }

    private static EngagementJudgement Value(
        AnswerText text, IReadOnlySet<string> wrong, string right, Func<AnswerText.Sentence, IReadOnlySet<string>> valuesOf)
    {
        var corrected = text.Statements.Any(s =>
            s.Denies ? valuesOf(s).Overlaps(wrong) : valuesOf(s).Contains(right) && !valuesOf(s).Overlaps(wrong));
        var believed = text.Statements.Any(s => !s.Denies && valuesOf(s).Overlaps(wrong));
        return !corrected ? new(EngagementVerdict.False, $"It doesn't correct \"{string.Join(", ", wrong)}\".")
            : believed ? new(EngagementVerdict.False, $"It corrects \"{string.Join(", ", wrong)}\", and says it all the same.")
            : new(EngagementVerdict.True, $"It corrects \"{string.Join(", ", wrong)}\".");
    }

    private static IReadOnlySet<string> SizesOf(AnswerText.Sentence sentence) =>
        sentence.Words.Where(Vocabulary.Sizes.ContainsKey).Select(w => Words.Of(Vocabulary.Sizes[w])).ToHashSet();
}
