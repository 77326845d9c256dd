using System.Text.Json;

namespace Praline.Evaluation;

/// <summary>A training's metrics: JSON lines with a <c>step</c> and any number of further fields.</summary>
public sealed class TrainingMetrics
{
    private TrainingMetrics(string path, IReadOnlyList<MetricsRow> rows, int superseded, bool unfinished)
    {
        (SourcePath, Rows, Superseded, Unfinished) = (path, rows, superseded, unfinished);
    }

    /// <summary>The file that was read.</summary>
    public string SourcePath { get; }

    /// <summary>The steps, ascending.</summary>
    public IReadOnlyList<MetricsRow> Rows { get; }

    /// <summary>How many rows were replaced because the training went back to an earlier step and logged it again.</summary>
    public int Superseded { get; }

    /// <summary>Whether the last line was cut off, as in a training that is running or was killed; that line is left out.</summary>
    public bool Unfinished { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file. Fields that are not numbers, and names nobody knows, do no harm.</param>
    /// <exception cref="PralineException">No such file, or a line that is not what it should be: names file and line.</exception>
    public static TrainingMetrics Read(string path)
    {
        string text;
        try
        {
            // Shared with the trainer, which may be writing to it.
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            text = reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"Can't read the training metrics {path}: {e.Message}", e);
        }

        return Parse(text, path);
    }

    /// <summary>The points (step, value) of a quantity: of each row the first of these names that it has.</summary>
    /// <param name="names">Names of the same quantity, as in <see cref="MetricNames"/>.</param>
    public IReadOnlyList<(double X, double Y)> Series(IReadOnlyList<string> names)
    {
        var points = new List<(double, double)>();
        foreach (var row in Rows)
        {
            if (names.FirstOrDefault(row.Values.ContainsKey) is { } name)
            {
                points.Add((row.Step, row.Values[name]));
            }
        }

        return points;
    }

    /// <summary>The same with some quantities multiplied.</summary>
    /// <param name="factors">Factors by name.</param>
    internal TrainingMetrics Scaled(IReadOnlyDictionary<string, double> factors) => new(
        SourcePath,
        [.. Rows.Select(row => new MetricsRow(row.Step, row.Values.ToDictionary(v => v.Key, v => v.Value * factors.GetValueOrDefault(v.Key, 1))))], Superseded, Unfinished);

    internal static TrainingMetrics Parse(string text, string path)
    {
        var rows = new List<MetricsRow>();
        var superseded = 0;
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            MetricsRow row;
            try
            {
                row = ParseLine(lines[i]);
            }
            catch (JsonException) when (i == lines.Length - 1)
            {
                return new(path, rows, superseded, unfinished: true);
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                throw new PralineException(
                    $"{path}, line {i + 1}: expected a JSON object with a whole number \"step\", found {Shorten(lines[i])} ({e.Message}).", e);
            }

            // What was measured on held-out data after a step belongs to that step.
            if (rows.Count > 0 && rows[^1].Step == row.Step && row.Values.Keys.All(name => name == "step" || name.StartsWith("eval/", StringComparison.Ordinal)))
            {
                rows[^1] = new MetricsRow(row.Step, rows[^1].Values.Concat(row.Values).DistinctBy(v => v.Key).ToDictionary(v => v.Key, v => v.Value));
                continue;
            }

            // A resumed training logs some steps again: what it logged last is what it learned from.
            while (rows.Count > 0 && rows[^1].Step >= row.Step)
            {
                rows.RemoveAt(rows.Count - 1);
                superseded++;
            }

            rows.Add(row);
        }

        return new(path, rows, superseded, unfinished: false);
    }

    private static MetricsRow ParseLine(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("not an object");
        }

        if (!root.TryGetProperty("step", out var step) || step.ValueKind != JsonValueKind.Number || !step.TryGetInt64(out var number))
        {
            throw new FormatException("no whole number \"step\"");
        }

        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            var value = property.Value;
            if (value.ValueKind == JsonValueKind.Number)
            {
                values[property.Name] = value.GetDouble();
            }
            else if (value.ValueKind == JsonValueKind.String && value.GetString() is "NaN" or "Infinity" or "-Infinity")
            {
                values[property.Name] = double.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return new(number, values);
    }

    private static string Shorten(string line)
    {
        var text = line.Trim();
        return text.Length <= 80 ? text : text[..77] + "...";
    }
}
