using System.Globalization;

namespace Praline.Benchmarks;

/// <summary>Settings given as <c>key=value</c>; each benchmark has its own defaults.</summary>
internal sealed class Arguments(ReadOnlySpan<string> args)
{
    private readonly Dictionary<string, string> _values = args.ToArray().Select(a => a.Split('=', 2)).ToDictionary(p => p[0], p => p[^1], StringComparer.Ordinal);

    /// <summary>The same with another setting.</summary>
    internal Arguments With(string key, int value)
    {
        var changed = new Arguments([]);
        foreach (var (name, text) in _values)
        {
            changed._values[name] = text;
        }

        changed._values[key] = value.ToString(CultureInfo.InvariantCulture);
        return changed;
    }

    internal int Int(string key, int fallback) =>
        _values.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
