namespace Praline.SmallWorld;

/// <summary>Names and properties of the types of question.</summary>
public static class QuestionTypes
{
    /// <summary>The six types that call for engagement, in the paper's order.</summary>
    public static IReadOnlyList<QuestionType> Engaging { get; } =
        [.. Enum.GetValues<QuestionType>().Where(t => t != QuestionType.Plain)];

    /// <summary>The name that the PIE benchmark's files have in <c>Question Type</c>.</summary>
    public static string PieName(this QuestionType type) => type switch
    {
        QuestionType.FalsePremise => "False Premise",
        QuestionType.Unanswerable => "Unanswerable Questions",
        QuestionType.SubjectAmbiguity => "Subject Ambiguity",
        QuestionType.SubjectiveInterpretation => "Subjective Interpretations",
        QuestionType.UnclearUserBackground => "Unclear User Background",
        QuestionType.HiddenPreferences => "Hidden Human Preferences",
        QuestionType.Plain => "Plain",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No type of question."),
    };

    /// <summary>The type of a <see cref="PieName"/>; capitals don't matter.</summary>
    /// <exception cref="PralineException">When there is no such type.</exception>
    public static QuestionType FromPieName(string name)
    {
        foreach (var type in Enum.GetValues<QuestionType>())
        {
            if (string.Equals(type.PieName(), name.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        throw new PralineException(
            $"The small world knows the question types {string.Join(", ", Enum.GetValues<QuestionType>().Select(PieName))}; found '{name}'.");
    }

    /// <summary>Whether a judgement can be <see cref="EngagementVerdict.Ambiguous"/>: in the paper only in tier II.</summary>
    public static bool HasAmbiguous(this QuestionType type) =>
        type is QuestionType.SubjectAmbiguity or QuestionType.SubjectiveInterpretation or QuestionType.UnclearUserBackground;
}
