namespace Praline.Text.Tokenizers.PreTokenizers;

/// <summary>Splits at the matches of a pattern (or, inverted, at what lies between them).</summary>
internal sealed class SplitPreTokenizer(SplitPattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    public override void Apply(List<Piece> pieces, List<Piece> result)
    {
        var matches = new List<(int Start, int End)>();
        var parts = new List<(int Start, int End, bool IsDelimiter)>();
        foreach (var piece in pieces)
        {
            matches.Clear();
            parts.Clear();
            pattern.FindAll(piece.Text.Span, matches);
            Cover(matches, piece.Text.Length, parts);
            Splitting.Join(parts, behavior);
            foreach (var (start, end, _) in parts)
            {
                if (start < end)
                {
                    result.Add(new Piece(piece.Text[start..end], piece.AtStart && start == 0));
                }
            }
        }
    }

    /// <summary>The matches and what lies between them, in order, covering the text.</summary>
    private void Cover(List<(int Start, int End)> matches, int length, List<(int Start, int End, bool IsDelimiter)> parts)
    {
        var covered = 0;
        foreach (var (start, end) in matches)
        {
            if (covered < start)
            {
                parts.Add((covered, start, invert));
            }

            parts.Add((start, end, !invert));
            covered = end;
        }

        if (covered < length)
        {
            parts.Add((covered, length, invert));
        }
    }
}
