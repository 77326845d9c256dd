namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>The filters by name.</summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, FilterFunction> Filters =
        new[] { TextFilters.All, NumberFilters.All, SequenceFilters.All, SelectionFilters.All }
            .SelectMany(group => group)
            .ToDictionary(filter => filter.Key, filter => filter.Value, StringComparer.Ordinal);

    /// <summary>The filter, which pays for the text that it reads and for the one that it makes.</summary>
    public static FilterFunction? Find(string name) => !Filters.TryGetValue(name, out var filter) ? null : (value, arguments, runtime) =>
    {
        if (value is string text)
        {
            runtime.Budget.Characters(text.Length);
        }

        var made = filter(value, arguments, runtime);
        return made is string result ? runtime.Budget.Text(result) : made;
    };
}
