using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>A line of <c>imagined.jsonl</c>: a question with both imagined responses.</summary>
/// <param name="Id">Its name, different from all others of the file.</param>
/// <param name="Image">The image's path relative to the images' folder.</param>
/// <param name="Question">The question.</param>
/// <param name="Type">Its type.</param>
/// <param name="Preferred">The response that follows the criteria for preferred ones.</param>
/// <param name="Rejected">The response that follows the criteria for rejected ones.</param>
/// <param name="Tries">How many times the model was asked for both.</param>
/// <param name="CheckedBy">Who found that the one follows the criteria and the other doesn't; null when nobody was asked.</param>
public sealed record ImaginedRow(
    string Id, string Image, string Question, string Type, string Preferred, string Rejected, int Tries, string? CheckedBy = null) : IJsonRow<ImaginedRow>
{
    /// <inheritdoc/>
    public static ImaginedRow Read(JsonRow row) => new(
        row.Text("id"), row.Text("image"), row.Text("question"), row.Text("question_type"), row.Text("preferred"), row.Text("rejected"),
        row.Integer("tries"), row.OptionalText("checked_by"));

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("id", Id);
        writer.WriteString("image", Image);
        writer.WriteString("question", Question);
        writer.WriteString("question_type", Type);
        writer.WriteString("preferred", Preferred);
        writer.WriteString("rejected", Rejected);
        writer.WriteNumber("tries", Tries);
        if (CheckedBy is not null)
        {
            writer.WriteString("checked_by", CheckedBy);
        }
    }
}
