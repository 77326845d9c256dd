using System.Globalization;

namespace Praline.Preferences.Tests;

/// <summary>
/// A "video" that tests can afford: a text file whose first line says frames and seconds and whose other lines are facts, each with
/// the frame at which it happens: <c>12: a red circle moves to the right</c>.
/// </summary>
internal sealed record FactVideo(int Frames, double Seconds, IReadOnlyList<(int Frame, string Fact)> Facts)
{
    public static FactVideo Load(string path)
    {
        var lines = File.ReadAllLines(path);
        var head = lines.Length > 0 ? lines[0].Split(' ') : [];
        if (head.Length != 2)
        {
            throw new PralineException($"{path}: not a video.");
        }

        return new FactVideo(
            int.Parse(head[0], CultureInfo.InvariantCulture),
            double.Parse(head[1], CultureInfo.InvariantCulture),
            [.. lines[1..].Select(l => l.Split(": ", 2)).Select(p => (int.Parse(p[0], CultureInfo.InvariantCulture), p[1]))]);
    }

    /// <summary>Writes videos of coloured shapes; which facts they hold depends on their number alone.</summary>
    public static void WriteFolder(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        string[] colours = ["red", "blue", "green", "yellow", "white"], shapes = ["circle", "square", "triangle", "star"],
            actions = ["moves to the right", "moves to the left", "stops", "appears", "disappears", "moves up"];
        for (var v = 0; v < count; v++)
        {
            var seconds = 4 + 7 * (v % 5);
            var facts = Enumerable.Range(0, 4 + v % 3).Select(f =>
                $"{f * seconds * 2}: a {colours[(v + f) % 5]} {shapes[(v * 3 + f) % 4]} {actions[(v + 2 * f) % 6]}");
            File.WriteAllLines(Path.Combine(folder, $"video{v:000}.mp4"), [$"{seconds * 10} {seconds}", .. facts]);
        }
    }
}
