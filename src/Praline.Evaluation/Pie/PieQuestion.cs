using Praline.Json;
using System.Text.Json;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>A line of a PIE file: <c>Image ID</c>, <c>Question</c>, <c>Question Type</c>. Further fields are ignored.</summary>
/// <param name="ImageId">The image's file name, with or without its extension.</param>
/// <param name="Question">The question.</param>
/// <param name="Type">Its type.</param>
public sealed record PieQuestion(string ImageId, string Question, PieType Type) : IJsonRow<PieQuestion>
{
    private const string ImageField = "Image ID";
    private const string QuestionField = "Question";
    private const string TypeField = "Question Type";

    /// <summary>Reads a PIE file. A question that occurs twice is two questions: each is known by its place in the file.</summary>
    /// <exception cref="PralineException">The file is missing or empty, or a line is not a PIE question: file, line and field are named.</exception>
    public static IReadOnlyList<PieQuestion> ReadFile(string path)
    {
        var questions = JsonLines.Read<PieQuestion>(path);
        return questions.Count > 0 ? questions : throw new PralineException($"{path} holds no question.");
    }

    /// <inheritdoc/>
    public static PieQuestion Read(JsonRow row)
    {
        // IDs that are all digits are numbers in some files.
        var id = row.KindOf(ImageField) == JsonValueKind.Number ? row.Element.GetProperty(ImageField).GetRawText() : row.Text(ImageField);
        var name = row.Text(TypeField);
        var type = PieType.Find(name) ?? throw row.Error(
            TypeField, $"expected one of {string.Join(", ", PieType.All.Select(t => t.Name))}, found {name}.");
        return new(id, row.Text(QuestionField), type);
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString(ImageField, ImageId);
        writer.WriteString(QuestionField, Question);
        writer.WriteString(TypeField, Type.Name);
    }
}
