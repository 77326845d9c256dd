namespace Praline.Evaluation;

/// <summary>What a judge is to look at.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer to be judged.</param>
/// <param name="ImagePath">The image's file.</param>
/// <param name="Turns">
/// The conversation: the prompt, and after a try whose answer could not be read that answer and a reminder, so odd turns are the judge's own.
/// </param>
public sealed record PieCase(PieQuestion Question, string Answer, string ImagePath, IReadOnlyList<string> Turns);
