using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>Reads preferences of any known format and writes them in any other: what <c>praline export</c> and <c>praline check</c> use.</summary>
public static class PreferenceFormats
{
    private static readonly IPreferenceCodec[] Codecs =
    [
        new SynpoCodec(), new ContentPartsCodec(), new SwiftCodec(), new LlamaFactoryCodec(), new TrlConversationalCodec(), new TrlCodec(), new MacaroonCodec(),
        new VlFeedbackCodec(),
    ];

    /// <summary>The formats' names on the command line.</summary>
    public static IReadOnlyList<string> Names => [.. Codecs.Select(c => c.Name)];

    /// <summary>A format's name on the command line.</summary>
    public static string NameOf(PreferenceFormat format) => Codecs.Single(c => c.Format == format).Name;

    /// <summary>A format by its name.</summary>
    /// <exception cref="PralineException">There is none of this name.</exception>
    public static PreferenceFormat Parse(string name) => Codecs.FirstOrDefault(c => c.Name == name)?.Format
        ?? throw new PralineException($"There is no format {name}. Known are {string.Join(", ", Names)}.");

    /// <summary>The format of a row; null when it is none that is known.</summary>
    public static PreferenceFormat? Detect(JsonRow row) => Codecs.FirstOrDefault(c => c.Recognises(row))?.Format;

    /// <summary>Reads a file, JSONL or one JSON array, row by row, whatever formats the rows have.</summary>
    /// <exception cref="PralineException">Names file, line and field.</exception>
    public static IEnumerable<PreferenceSample> Read(string path) => Rows(path).Select(ReadRow);

    /// <summary>Reads one row.</summary>
    /// <exception cref="PralineException">The row has no known format, or a field is wrong.</exception>
    public static PreferenceSample ReadRow(JsonRow row) =>
        (Codecs.FirstOrDefault(c => c.Recognises(row)) ?? throw Unknown(row)).Read(row);

    /// <summary>Writes a JSONL file, or for MACAROON's format one JSON array, as its code reads; in a format with marks every medium gets one.</summary>
    /// <exception cref="PralineException">The format can't say what a sample holds; the file is as it was.</exception>
    public static void Write(string path, PreferenceFormat format, IEnumerable<PreferenceSample> samples)
    {
        var codec = Codecs.Single(c => c.Format == format);
        var lines = samples.Select((sample, i) => JsonText.Line(writer =>
        {
            if (format is PreferenceFormat.Synpo or PreferenceFormat.Macaroon)
            {
                writer.WriteNumber(format == PreferenceFormat.Synpo ? "idx" : "id", i);
            }

            codec.Write(writer, sample.WithMarks());
        }));
        if (format == PreferenceFormat.Macaroon)
        {
            MacaroonData.Write(path, lines);
        }
        else
        {
            JsonLines.WriteLines(path, lines);
        }
    }

    /// <summary>The rows of a JSONL file, or of a file that is one JSON array.</summary>
    /// <exception cref="PralineException">The file can't be read, or is not JSON.</exception>
    public static IEnumerable<JsonRow> Rows(string path)
    {
        if (!JsonLines.ReadLines(path).Select(l => l.Text).FirstOrDefault("").TrimStart().StartsWith('['))
        {
            return JsonLines.ReadRows(path);
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.Clone().EnumerateArray().Select((element, i) => new JsonRow($"{path}, item {i + 1}", element))];
        }
        catch (JsonException e)
        {
            throw new PralineException(
                $"{path}, line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: it begins as a JSON array, but is not one. Correct it, or write one JSON object a line.", e);
        }
    }

    private static PralineException Unknown(JsonRow row) => new(
        $"{row.Place}: no known format. Fields here: {string.Join(", ", row.Element.EnumerateObject().Select(p => p.Name))}. " +
        "Expected pos_pre and neg_pre (synpo); prompt, chosen and rejected (trl); conversations, chosen and rejected (llama-factory); " +
        "messages and rejected_response (ms-swift); conversations that end with preferred and rejected (macaroon); or prompt and completions (vlfeedback). docs/data-formats.md shows them.");
}
