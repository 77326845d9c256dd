using System.Globalization;

namespace Praline.Training.Benchmarks;

/// <summary>The command line's <c>key=value</c> settings.</summary>
internal sealed class Settings(string[] arguments)
{
    private readonly Dictionary<string, string> _values = arguments.Select(a => a.Split('=', 2)).ToDictionary(p => p[0], p => p[^1]);

    public string[] Arguments { get; } = arguments;

    public string Text(string key, string otherwise) => _values.GetValueOrDefault(key, otherwise);

    public int Whole(string key, int otherwise) => _values.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public double Number(string key, double otherwise) => _values.TryGetValue(key, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
