using System.Text;
using System.Text.Json;

namespace Praline.Json;

/// <summary>Reads and writes JSONL: one JSON object a line, UTF-8.</summary>
public static class JsonLines
{
    /// <summary>Reads all rows of a file. Blank lines are passed over.</summary>
    /// <exception cref="PralineException">The file is missing, or a line is not what the format says: file, line and field are named.</exception>
    public static IReadOnlyList<T> Read<T>(string path)
        where T : IJsonRow<T> => [.. ReadRows(path).Select(T.Read)];

    /// <summary>The objects of a file with their places, one after the other.</summary>
    public static IEnumerable<JsonRow> ReadRows(string path)
    {
        foreach (var (number, text) in ReadLines(path))
        {
            yield return Parse($"{path}, line {number}", text);
        }
    }

    /// <summary>The objects of a JSONL file, or of a file that is one JSON array.</summary>
    /// <exception cref="PralineException">The file can't be read, or is not JSON.</exception>
    public static IEnumerable<JsonRow> ReadRowsOrArray(string path)
    {
        if (!ReadLines(path).Select(l => l.Text).FirstOrDefault("").TrimStart().StartsWith('['))
        {
            return ReadRows(path);
        }

        try
        {
            using var document = StrictJson.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.Clone().EnumerateArray().Select((element, i) => new JsonRow($"{path}, item {i + 1}", element))];
        }
        catch (JsonException e)
        {
            throw new PralineException(
                $"{path}, line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: it begins as a JSON array, but is not one. Correct it, or write one JSON object a line.", e);
        }
    }

    /// <summary>One line as an object.</summary>
    /// <exception cref="PralineException">It is not JSON, or not an object.</exception>
    public static JsonRow Parse(string place, string text)
    {
        try
        {
            using var document = StrictJson.Parse(Encoding.UTF8.GetBytes(text));
            return new JsonRow(place, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            var column = e.BytePositionInLine is { } position ? $" at byte {position + 1}" : "";
            throw new PralineException(
                $"{place}: expected one JSON object a line, found something else{column}: {Shorten(text)}. " +
                "If the line was cut off, the file was not written to its end: make it again.", e);
        }
    }

    /// <summary>Writes rows, atomically.</summary>
    public static void Write<T>(string path, IEnumerable<T> rows)
        where T : IJsonRow<T> => WriteLines(path, rows.Select(JsonText.Line));

    /// <summary>Writes lines of JSON, atomically.</summary>
    public static void WriteLines(string path, IEnumerable<string> lines) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        foreach (var line in lines)
        {
            writer.WriteLine(line);
        }
    });

    /// <summary>The lines that are not blank, with their numbers from 1.</summary>
    public static IEnumerable<(int Number, string Text)> ReadLines(string path)
    {
        using var reader = Open(path);
        for (var number = 1; Next(reader, path, number) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return (number, line);
            }
        }
    }

    private static string? Next(StreamReader reader, string path, int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException error)
        {
            throw new PralineException($"{path}, line {number} or soon after: bytes that are not UTF-8. Save the file as UTF-8.", error);
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"Can't read {path}: {e.Message} Check the path, or run the stage that writes this file first.", e);
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
