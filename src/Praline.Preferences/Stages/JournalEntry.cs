using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>A finished item in a journal.</summary>
internal sealed record JournalEntry(StageItem Item, StageResult Result) : IJsonRow<JournalEntry>
{
    public static JournalEntry Read(JsonRow row) => new(
        new StageItem(row.Text("item"), row.Text("inputs")),
        new StageResult
        {
            Lines = row.Texts("lines"),
            Rejected = row.OptionalText("rejected"),
            Missing = row.OptionalText("missing"),
        });

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("item", Item.Id);
        writer.WriteString("inputs", Item.Inputs);
        writer.WriteStrings("lines", Result.Lines);
        if (Result.Rejected is { } reason)
        {
            writer.WriteString("rejected", reason);
        }

        if (Result.Missing is { } missing)
        {
            writer.WriteString("missing", missing);
        }
    }
}
