namespace Praline.Studio.Pairs;

/// <summary>A stretch of a text, and whether the other text has it too.</summary>
/// <param name="Text">The words with the spaces around them.</param>
/// <param name="Differs">Whether the other text lacks it here.</param>
public readonly record struct TextPiece(string Text, bool Differs);

/// <summary>Marks the words in which two texts differ: what is not in their longest common subsequence of words.</summary>
public static class WordDifference
{
    private const int MaxWords = 2_000;

    /// <summary>Both texts in pieces; their concatenations are the texts.</summary>
    public static (IReadOnlyList<TextPiece> Left, IReadOnlyList<TextPiece> Right) Of(string left, string right)
    {
        var (a, b) = (Split(left), Split(right));
        if (a.Count > MaxWords || b.Count > MaxWords)
        {
            return ([new TextPiece(left, false)], [new TextPiece(right, false)]);
        }

        var lengths = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
        {
            for (var j = b.Count - 1; j >= 0; j--)
            {
                lengths[i, j] = Same(a[i], b[j]) ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
            }
        }

        var (inLeft, inRight) = (new bool[a.Count], new bool[b.Count]);
        for (var (i, j) = (0, 0); i < a.Count && j < b.Count;)
        {
            if (Same(a[i], b[j]))
            {
                (inLeft[i++], inRight[j++]) = (true, true);
            }
            else if (lengths[i + 1, j] >= lengths[i, j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return (Joined(a, inLeft), Joined(b, inRight));
    }

    private static bool Same(string a, string b) => Bare(a).Equals(Bare(b), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Bare(string word) => word.AsSpan().Trim().Trim(".,;:!?\"'()");

    /// <summary>Words, each with the white space after it.</summary>
    private static List<string> Split(string text)
    {
        var (words, start) = (new List<string>(), 0);
        for (var i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || (!char.IsWhiteSpace(text[i]) && char.IsWhiteSpace(text[i - 1])))
            {
                words.Add(text[start..i]);
                start = i;
            }
        }

        return words;
    }

    private static List<TextPiece> Joined(List<string> words, bool[] common)
    {
        var pieces = new List<TextPiece>();
        foreach (var (i, word) in words.Index())
        {
            if (pieces.Count > 0 && pieces[^1].Differs == !common[i])
            {
                pieces[^1] = pieces[^1] with { Text = pieces[^1].Text + word };
            }
            else
            {
                pieces.Add(new TextPiece(word, !common[i]));
            }
        }

        return pieces;
    }
}
