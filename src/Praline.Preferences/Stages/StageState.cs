using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// What is remembered of a finished stage, in <c>OUTPUT.state</c>: its header, the output's hash, and for each item how many lines it gave
/// and whether it was rejected. With it a second start knows that nothing is left to do, or which items to do again.
/// </summary>
internal sealed record StageState(StageHeader Header, string OutputSha256, IReadOnlyList<StageState.Item> Items) : IJsonRow<StageState>
{
    internal sealed record Item(StageItem Source, int Lines, string? Rejected, string? Missing)
    {
        public static Item Of(StageItem source, StageResult result) => new(source, result.Lines.Count, result.Rejected, result.Missing);
    }

    public static string PathFor(string outputPath) => outputPath + ".state";

    public static StageState? Load(string outputPath)
    {
        var path = PathFor(outputPath);
        return File.Exists(path) ? JsonLines.Read<StageState>(path).Single() : null;
    }

    public static StageState Read(JsonRow row) => new(
        StageHeader.Read(row),
        row.Text("output_sha256"),
        [.. row.Rows("items").Select(i => new Item(
            new StageItem(i.Text("item"), i.Text("inputs")), i.Integer("lines"), i.OptionalText("rejected"), i.OptionalText("missing")))]);

    public void Write(Utf8JsonWriter writer)
    {
        Header.Write(writer);
        writer.WriteString("output_sha256", OutputSha256);
        writer.WriteStartArray("items");
        foreach (var item in Items)
        {
            writer.WriteStartObject();
            writer.WriteString("item", item.Source.Id);
            writer.WriteString("inputs", item.Source.Inputs);
            writer.WriteNumber("lines", item.Lines);
            if (item.Rejected is not null)
            {
                writer.WriteString("rejected", item.Rejected);
            }

            if (item.Missing is not null)
            {
                writer.WriteString("missing", item.Missing);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
