namespace Praline.SmallWorld;

/// <summary>One type of question: how it is asked, and how it is answered well and badly.</summary>
internal interface IQuestionKind
{
    /// <summary>A question about an image, or null when the image allows none of this type.</summary>
    ImageQuestion? Ask(ImageScene scene, WorldRandom random);

    /// <summary>An answer to a question that <see cref="Ask"/> made for the same image.</summary>
    string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random);
}
