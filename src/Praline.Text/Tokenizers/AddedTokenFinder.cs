using System.Buffers;
using System.Text;
using Praline.Text.Tokenizers.Patterns;

namespace Praline.Text.Tokenizers;

/// <summary>
/// Finds added tokens in a text: leftmost first, the longest at a place, with their strip and word rules.
/// </summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<char, (string Text, AddedToken Token)[]> _byFirst;
    private readonly SearchValues<char> _firsts;

    /// <param name="tokens">The tokens with the text to look for (the normalized content of normalized tokens).</param>
    public AddedTokenFinder(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        _byFirst = tokens
            .Where(t => t.Text.Length > 0)
            .GroupBy(t => t.Text[0])
            .ToDictionary(g => g.Key, g => g.OrderByDescending(t => t.Text.Length).ToArray());
        _firsts = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>
    /// Appends the text's segments in order: those with a token are that token, the others lie between. Covers the
    /// text; nothing for an empty text.
    /// </summary>
    public void Split(ReadOnlySpan<char> text, List<(int Start, int End, AddedToken? Token)> segments)
    {
        var covered = 0;
        var position = 0;
        while (position < text.Length)
        {
            var next = text[position..].IndexOfAny(_firsts);
            if (next < 0)
            {
                break;
            }

            position += next;
            if (Longest(text, position) is not var (content, token))
            {
                position++;
                continue;
            }

            var (start, end) = (position, position + content.Length);
            position = end;
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
            {
                continue;
            }

            start = token.LStrip ? Math.Max(text[..start].TrimEnd().Length, covered) : start;
            end = token.RStrip ? text.Length - text[end..].TrimStart().Length : end;
            if (covered < start)
            {
                segments.Add((covered, start, null));
            }

            segments.Add((start, end, token));
            covered = Math.Max(covered, end);
        }

        if (covered < text.Length)
        {
            segments.Add((covered, text.Length, null));
        }
    }

    private (string Text, AddedToken Token)? Longest(ReadOnlySpan<char> text, int position)
    {
        foreach (var candidate in _byFirst[text[position]])
        {
            if (text[position..].StartsWith(candidate.Text))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && CodePointSet.Word.Contains(rune.Value);

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && CodePointSet.Word.Contains(rune.Value);
}
