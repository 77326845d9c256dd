namespace Praline.Evaluation;

/// <summary>Counts of the token sequences of one length in a caption.</summary>
internal static class NGrams
{
    // Joins tokens: no caption contains it.
    private const char Separator = '\u001f';

    /// <summary>How often each sequence of <paramref name="length"/> tokens occurs.</summary>
    public static Dictionary<string, int> Count(IReadOnlyList<string> tokens, int length)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var start = 0; start + length <= tokens.Count; start++)
        {
            var key = string.Join(Separator, tokens.Skip(start).Take(length));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        return counts;
    }
}
