using System.Text.RegularExpressions;

namespace Praline.Data;

/// <summary>Tells texts that say the same in the same words, apart from case, punctuation and articles.</summary>
public static partial class NearDuplicates
{
    /// <summary>A text's words without case, punctuation and articles.</summary>
    public static IReadOnlyList<string> Words(string text) =>
        [.. Word().Matches(text.ToLowerInvariant()).Select(m => m.Value).Where(w => w is not ("a" or "an" or "the"))];

    /// <summary>1 − edits / length of the longer, where an edit inserts, drops or replaces one word; 1 for two empty texts.</summary>
    public static double Similarity(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        var longer = Math.Max(a.Count, b.Count);
        if (longer == 0)
        {
            return 1;
        }

        var previous = Enumerable.Range(0, b.Count + 1).ToArray();
        var current = new int[b.Count + 1];
        for (var i = 1; i <= a.Count; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Count; j++)
            {
                var replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return 1 - (double)previous[b.Count] / longer;
    }

    [GeneratedRegex(@"[\p{L}\p{N}']+")]
    private static partial Regex Word();
}
