namespace Praline.SmallWorld;

/// <summary>Asks questions about images and answers them in varied English.</summary>
public static class QuestionWriter
{
    private static readonly IReadOnlyDictionary<QuestionType, IQuestionKind> Kinds = new Dictionary<QuestionType, IQuestionKind>
    {
        [QuestionType.FalsePremise] = new FalsePremise(),
        [QuestionType.Unanswerable] = new Unanswerable(),
        [QuestionType.SubjectAmbiguity] = new SubjectAmbiguity(),
        [QuestionType.SubjectiveInterpretation] = new SubjectiveInterpretation(),
        [QuestionType.UnclearUserBackground] = new UnclearUserBackground(),
        [QuestionType.HiddenPreferences] = new HiddenPreferences(),
        [QuestionType.Plain] = new PlainQuestion(),
    };

    /// <summary>A question of a type, or null when the image allows none: an ambiguous subject needs two objects that are alike.</summary>
    public static ImageQuestion? Ask(ImageScene scene, QuestionType type, WorldRandom random) => Kinds[type].Ask(scene, random);

    /// <summary>An answer to a question that was asked about the same image.</summary>
    public static string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random) =>
        Kinds[question.Type].Answer(scene, question, style, random);

    /// <summary>A wrong answer to a plain question about the same image, in the words of a right one.</summary>
    /// <exception cref="ArgumentException">When the question isn't plain.</exception>
    public static string WrongAnswer(ImageScene scene, ImageQuestion question, WorldRandom random) => question.Type == QuestionType.Plain
        ? new PlainQuestion().Wrong(scene, question, random)
        : throw new ArgumentException($"Only plain questions have wrong answers, not '{question.Text}'.", nameof(question));

    /// <summary>A description of an image in plain sentences.</summary>
    public static string Describe(ImageScene scene, WorldRandom random) => CaptionWriter.Write(scene.Story, random, "image");
}
