using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>An item that a stage could not use, and why: a line of <c>rejected.jsonl</c>.</summary>
public sealed record RejectedRow(string Stage, string Item, string Reason) : IJsonRow<RejectedRow>
{
    /// <inheritdoc/>
    public static RejectedRow Read(JsonRow row) => new(row.Text("stage"), row.Text("item"), row.Text("reason"));

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("stage", Stage);
        writer.WriteString("item", Item);
        writer.WriteString("reason", Reason);
    }
}
