using System.Globalization;

namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>
/// Decompositions, compositions and combining classes, read on first use from the resource beside this file.
/// </summary>
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> Loaded = new(() => new UnicodeTables());

    private readonly Dictionary<int, (bool Compatibility, int[] Parts)> _decompositions = [];
    private readonly Dictionary<(int, int), int> _compositions = [];
    private readonly Dictionary<int, int> _classes = [];

    private UnicodeTables()
    {
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode-decompositions.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('@'))
            {
                ReadClass(line[1..]);
            }
            else if (!line.StartsWith('#'))
            {
                ReadDecomposition(line);
            }
        }
    }

    public static UnicodeTables Instance => Loaded.Value;

    public int CombiningClass(int point) => point < 0x300 ? 0 : _classes.GetValueOrDefault(point);

    public int[]? Decomposition(int point, bool compatibility) =>
        _decompositions.TryGetValue(point, out var found) && (compatibility || !found.Compatibility) ? found.Parts : null;

    public int? Composition(int first, int second) => _compositions.TryGetValue((first, second), out var point) ? point : null;

    /// <summary>A line such as <c>300-314 230</c>.</summary>
    private void ReadClass(string line)
    {
        var parts = line.Split('-', ' ');
        for (var point = Hex(parts[0]); point <= Hex(parts[1]); point++)
        {
            _classes[point] = int.Parse(parts[2], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A line such as <c>C0 = 0041 0300</c>.</summary>
    private void ReadDecomposition(string line)
    {
        var parts = line.Split(' ');
        var point = Hex(parts[0]);
        int[] into = [.. parts[2..].Select(Hex)];
        _decompositions[point] = (parts[1] == "~", into);
        if (parts[1] == "=")
        {
            _compositions[(into[0], into[1])] = point;
        }
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
