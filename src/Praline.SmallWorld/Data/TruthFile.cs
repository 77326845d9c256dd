using System.Text.Json;

namespace Praline.SmallWorld;

/// <summary>Reads the files that hold scenes by name.</summary>
internal static class TruthFile
{
    /// <summary>The names and scenes of a file, line by line.</summary>
    /// <exception cref="PralineException">When a line is something else.</exception>
    public static IEnumerable<(string Name, T Scene)> Read<T>(string path, string key, Func<string, T> sceneOf)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            yield return ReadLine(line, path, number, key, sceneOf);
        }
    }

    private static (string Name, T Scene) ReadLine<T>(string line, string path, int number, string key, Func<string, T> sceneOf)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty(key).GetString()!, sceneOf(json.RootElement.GetProperty("scene").GetRawText()));
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or NotSupportedException)
        {
            throw new PralineException(
                $"{path}, line {number}: expected a JSON object with {key} and scene, found {Start(line)} ({problem.Message}) Write the file anew.",
                problem);
        }
    }

    private static string Start(string line) => line.Length <= 60 ? line : line[..60] + "…";
}
