using System.Text.Json;

namespace Praline.Training.Data;

/// <summary>Reads data files: JSON Lines, or one JSON array.</summary>
public static class DataFile
{
    /// <summary>All rows of a file.</summary>
    /// <exception cref="PralineException">The file is missing, empty, or a row is no JSON object.</exception>
    public static IReadOnlyList<DataRow> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new PralineException($"There is no file {path}: a data set (JSON Lines, or a JSON array) was expected there.");
        }

        var rows = IsArray(path) ? ReadArray(path) : ReadLines(path);
        return rows.Count > 0 ? rows : throw new PralineException($"{path} has no rows.");
    }

    private static bool IsArray(string path)
    {
        using var reader = new StreamReader(path);
        int character;
        while ((character = reader.Read()) >= 0)
        {
            if (!char.IsWhiteSpace((char)character))
            {
                return character == '[';
            }
        }

        return false;
    }

    private static List<DataRow> ReadLines(string path)
    {
        var rows = new List<DataRow>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                rows.Add(Row(path, number, () => JsonDocument.Parse(line)));
            }
        }

        return rows;
    }

    private static List<DataRow> ReadArray(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.EnumerateArray().Select((element, i) => Row(path, i + 1, () => JsonDocument.Parse(element.GetRawText())))];
        }
        catch (JsonException error)
        {
            throw new PralineException($"{path} is not JSON: {error.Message}", error);
        }
    }

    private static DataRow Row(string path, int number, Func<JsonDocument> parse)
    {
        try
        {
            using var document = parse();
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new DataRow(document.RootElement.Clone(), Path.GetFileName(path), number)
                : throw new PralineException($"{path}:{number}: a row should be a JSON object, found {document.RootElement.ValueKind}.");
        }
        catch (JsonException error)
        {
            throw new PralineException($"{path}:{number}: the row is not JSON: {error.Message}", error);
        }
    }
}
