using System.Text.Json;
using Praline.Json;

namespace Praline.Evaluation;

/// <summary>
/// A line of a question-answering or captioning set, for general ability: <c>image</c>, <c>question</c> (or <c>text</c>, as POPE has it) and
/// <c>answer</c> (or <c>label</c>), the right one.
/// </summary>
/// <param name="Image">The image's name in its folder, with or without its extension.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">The right answer, or a caption.</param>
/// <param name="Row">The whole line, for scorers that know more fields.</param>
public sealed record GeneralQuestion(string Image, string Question, string Answer, JsonElement Row)
{
    /// <summary>Reads a file, JSONL or one JSON array. A question that occurs twice is two questions.</summary>
    /// <exception cref="PralineException">The file is missing or empty, or a line is wrong: file, line and field are named.</exception>
    public static IReadOnlyList<GeneralQuestion> ReadFile(string path)
    {
        GeneralQuestion[] questions = [.. JsonLines.ReadRowsOrArray(path).Select(row => new GeneralQuestion(
            row.Text("image"), row.OptionalText("question") ?? row.Text("text"), row.OptionalText("answer") ?? row.Text("label"), row.Element))];
        return questions.Length > 0 ? questions : throw new PralineException($"{path} holds no question.");
    }
}
