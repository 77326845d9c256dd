namespace Praline.Preferences;

/// <summary>
/// Claims of English captions without any model: each content word ("a circle is there"), and each two content words that follow one another in a
/// clause ("the circle is red", "the circle moves"). A pair is supported when both words stand in one sentence of the other caption, in either
/// order, so that a paraphrase is not taken for an invention but a red square is not taken for a red circle.
/// </summary>
public sealed class EnglishClaims : IClaimExtractor
{
    /// <inheritdoc/>
    public string Name => "english-1";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims(string caption)
    {
        var claims = new List<Claim>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var clause in EnglishWords.Sentences(caption).SelectMany(s => s))
        {
            for (var i = 0; i < clause.Count; i++)
            {
                Add(clause[i]);
                if (i > 0 && clause[i] != clause[i - 1])
                {
                    Add(Pair(clause[i - 1], clause[i]));
                }
            }
        }

        return claims;

        void Add(string key)
        {
            if (seen.Add(key))
            {
                claims.Add(new Claim(key));
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlySet<string> Evidence(string caption)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sentence in EnglishWords.Sentences(caption))
        {
            var words = sentence.SelectMany(c => c).Distinct(StringComparer.Ordinal).ToList();
            for (var i = 0; i < words.Count; i++)
            {
                keys.Add(words[i]);
                for (var j = 0; j < i; j++)
                {
                    keys.Add(Pair(words[i], words[j]));
                }
            }
        }

        return keys;
    }

    private static string Pair(string a, string b) =>
        string.CompareOrdinal(a, b) < 0 ? $"{a}+{b}" : $"{b}+{a}";
}
