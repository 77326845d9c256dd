using System.Globalization;
using Praline.Studio.Pairs;

namespace Praline.Studio.Pages;

/// <summary>The addresses of the pages: every list, filter and pair has one that stays.</summary>
internal static class Links
{
    public static string Pairs(string set, PairQuery? query = null, int page = 1) => With(
        "pairs", ("set", set), ("q", query?.Text), ("min_gap", Number(query?.MinGap)), ("max_gap", Number(query?.MaxGap)), ("min_words", Number(query?.MinWords)),
        ("max_words", Number(query?.MaxWords)), ("problems", query?.Problems == true ? "true" : null),
        ("order", query is { Order: not PairOrder.File } ? query.Order.ToString() : null), ("page", page > 1 ? Number(page) : null));

    public static string Pair(string set, int row) => With($"pair/{row}", ("set", set));

    public static string Judge(string set) => With("judge", ("set", set));

    public static string People(string set) => With("people", ("set", set));

    public static string Runs(IEnumerable<string> runs) => With("runs", [.. runs.Select(run => ("run", (string?)run))]);

    public static string Media(string set, int row, int place) => With($"media/{row}/{place}", ("set", set));

    public static string Frame(string set, int row, int place, int frame) => With($"frames/{row}/{place}/{frame}", ("set", set));

    private static string With(string path, params (string Name, string? Value)[] query)
    {
        var given = query.Where(q => !string.IsNullOrEmpty(q.Value)).Select(q => $"{q.Name}={Uri.EscapeDataString(q.Value!)}");
        return string.Join('?', new[] { path, string.Join('&', given) }.Where(p => p.Length > 0));
    }

    private static string? Number(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);
}
