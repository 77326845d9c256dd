namespace Praline.Training.Configuration;

/// <summary>Guesses what somebody meant who misspelt a name.</summary>
public static class NearestName
{
    /// <summary>A half sentence for an error message: <c>; did you mean 'x'?</c>, or nothing when no name is near.</summary>
    public static string Hint(string name, IEnumerable<string> known) => Find(name, known) is { } near ? $"; did you mean '{near}'?" : "";

    /// <summary>The known name that takes fewest edits, or null when even that one is too far.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var nearest = known
            .Select(candidate => (Name: candidate, Distance: Distance(Plain(name), Plain(candidate))))
            .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, name.Length / 3) ? nearest.Name : null;
    }

    private static string Plain(string name) => name.ToLowerInvariant().Replace('-', '_');

    /// <summary>Levenshtein's distance: insertions, deletions and substitutions.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var k = 1; k <= b.Length; k++)
            {
                var substituted = diagonal + (a[i - 1] == b[k - 1] ? 0 : 1);
                diagonal = row[k];
                row[k] = Math.Min(substituted, Math.Min(row[k], row[k - 1]) + 1);
            }
        }

        return row[^1];
    }
}
