namespace Praline.SmallWorld;

/// <summary>What a type of question is, and by which criteria answers to it are preferred or rejected.</summary>
/// <param name="Type">The type.</param>
/// <param name="Description">What is characteristic of such questions.</param>
/// <param name="Preferred">The criteria for preferred answers, in several wordings; the first is the default.</param>
/// <param name="Rejected">The criteria for rejected answers, in several wordings; the first is the default.</param>
public sealed record QuestionGuide(
    QuestionType Type, string Description, IReadOnlyList<string> Preferred, IReadOnlyList<string> Rejected)
{
    /// <summary>The guides of the six engaging types, short enough for a small model's context.</summary>
    public static IReadOnlyList<QuestionGuide> All { get; } =
    [
        new(
            QuestionType.FalsePremise,
            "The question takes something for granted that is not true of the image.",
            ["says that what the question takes for granted is not true", "corrects what is wrong in the question"],
            ["takes the question as it is and answers it", "goes along with what is wrong in the question"]),
        new(
            QuestionType.Unanswerable,
            "The question cannot be answered by looking at the image.",
            ["says that the image does not tell this", "says that this cannot be known and makes nothing up"],
            ["gives a definite answer in any case", "makes up an answer"]),
        new(
            QuestionType.SubjectAmbiguity,
            "The question may be about any of several objects in the image.",
            ["asks which object is meant", "finds out first which of the objects the question is about"],
            ["picks one of the objects and answers", "answers about some object without asking"]),
        new(
            QuestionType.SubjectiveInterpretation,
            "The question asks for a judgement that everybody makes in another way.",
            ["asks for the standard by which to judge", "asks what the user means by this word before judging"],
            ["judges at once as if it were a fact", "gives its own opinion"]),
        new(
            QuestionType.UnclearUserBackground,
            "The answer depends on something about the user that is not known.",
            ["asks for the missing facts about the user", "asks the user about what the answer depends on"],
            ["assumes something about the user and answers", "answers without asking about the user"]),
        new(
            QuestionType.HiddenPreferences,
            "The best answer depends on what the user likes.",
            ["asks what is liked or needed before recommending anything", "asks about tastes and wishes first"],
            ["recommends something at once", "gives advice without asking about tastes"]),
    ];

    /// <summary>The guide of a type.</summary>
    /// <exception cref="ArgumentException">For plain questions, which have none.</exception>
    public static QuestionGuide Of(QuestionType type) =>
        All.FirstOrDefault(g => g.Type == type) ?? throw new ArgumentException($"There are no criteria for {type.PieName()} questions.", nameof(type));
}
