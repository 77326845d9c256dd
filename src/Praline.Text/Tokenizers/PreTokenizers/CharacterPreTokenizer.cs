using System.Globalization;
using System.Text;

namespace Praline.Text.Tokenizers.PreTokenizers;

/// <summary>Splits at single characters of a kind: white space, punctuation, digits.</summary>
internal sealed class CharacterPreTokenizer(Func<Rune, bool> isDelimiter, SplitBehavior behavior) : PreTokenizer
{
    public static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>N* categories, as Rust's <c>char::is_numeric</c>.</summary>
    public static bool IsNumber(Rune rune) => Rune.IsNumber(rune);

    /// <summary>ASCII punctuation and symbols, and Unicode's P* categories.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value > ' ' && rune.Value < 127 && !Rune.IsLetterOrDigit(rune)
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    public override void Apply(List<Piece> pieces, List<Piece> result)
    {
        var parts = new List<(int Start, int End, bool IsDelimiter)>();
        foreach (var piece in pieces)
        {
            parts.Clear();
            var position = 0;
            var open = 0;
            foreach (var rune in piece.Text.Span.EnumerateRunes())
            {
                var next = position + rune.Utf16SequenceLength;
                if (isDelimiter(rune))
                {
                    if (open < position)
                    {
                        parts.Add((open, position, false));
                    }

                    parts.Add((position, next, true));
                    open = next;
                }

                position = next;
            }

            if (open < position)
            {
                parts.Add((open, position, false));
            }

            Splitting.Join(parts, behavior);
            foreach (var (start, end, _) in parts)
            {
                result.Add(new Piece(piece.Text[start..end], piece.AtStart && start == 0));
            }
        }
    }
}
