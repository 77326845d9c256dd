using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>A line of a questions file: <c>image</c>, <c>question</c>, <c>question_type</c>. Further fields are ignored.</summary>
/// <param name="Image">The image's path relative to the images' folder.</param>
/// <param name="Question">The question; null in a list of images that have none yet.</param>
/// <param name="Type">Its type; null as the question is.</param>
public sealed record QuestionRow(string Image, string? Question, string? Type) : IJsonRow<QuestionRow>
{
    /// <inheritdoc/>
    public static QuestionRow Read(JsonRow row)
    {
        var question = row.OptionalText("question");
        return new(row.Text("image"), question, question is null ? null : row.Text("question_type"));
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("image", Image);
        if (Question is not null)
        {
            writer.WriteString("question", Question);
            writer.WriteString("question_type", Type);
        }
    }

    /// <summary>Reads a file; each type must have a guide.</summary>
    /// <exception cref="PralineException">The file is missing or empty, or a line is wrong: file, line and field are named.</exception>
    public static IReadOnlyList<QuestionRow> ReadFile(string path, GuideSet guides)
    {
        var rows = new List<QuestionRow>();
        foreach (var json in JsonLines.ReadRows(path))
        {
            var row = Read(json);
            if (row.Question is not null && string.IsNullOrWhiteSpace(row.Question))
            {
                throw json.Error("question", "it is empty. Write a question, or leave the field out to have one written.");
            }

            if (row.Type is { } type && guides.Find(type) is null)
            {
                throw json.Error("question_type", $"there is no guide to '{type}'. Known are {string.Join(", ", guides.Guides.Select(g => g.Name))}; --guides adds others.");
            }

            rows.Add(row);
        }

        return rows.Count > 0 ? rows : throw new PralineException($"{path} holds no question.");
    }

    /// <summary>Names that differ, in order: image and question, and the how-manieth of questions that occur several times.</summary>
    public static IReadOnlyList<string> Ids(IReadOnlyList<QuestionRow> rows)
    {
        var seen = new Dictionary<(string, string), int>();
        return [.. rows.Select(row =>
        {
            var key = (row.Image, row.Question ?? "");
            var count = seen[key] = seen.GetValueOrDefault(key) + 1;
            return count == 1 ? $"{row.Image}: {row.Question}" : $"{row.Image}: {row.Question} ({count})";
        })];
    }
}
