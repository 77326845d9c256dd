namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>The filters by name.</summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, FilterFunction> Filters =
        new[] { TextFilters.All, NumberFilters.All, SequenceFilters.All, SelectionFilters.All }
            .SelectMany(group => group)
            .ToDictionary(filter => filter.Key, filter => filter.Value, StringComparer.Ordinal);

    public static FilterFunction? Find(string name) => Filters.GetValueOrDefault(name);
}
