namespace Praline.Text.Tokenizers.Patterns;

/// <summary>
/// What a piece of a pattern can begin with: ASCII exactly, anything else perhaps; or nothing at all.
/// </summary>
internal readonly record struct FirstPoints(ulong Low, ulong High, bool MayBeEmpty)
{
    public static FirstPoints Of(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                return new FirstPoints(set.Points.AsciiLow, set.Points.AsciiHigh, false);
            case PatternNode.Sequence sequence:
                var all = new FirstPoints(0, 0, true);
                foreach (var item in sequence.Items)
                {
                    if (!all.MayBeEmpty)
                    {
                        break;
                    }

                    var next = Of(item);
                    all = new FirstPoints(all.Low | next.Low, all.High | next.High, next.MayBeEmpty);
                }

                return all;
            case PatternNode.Alternation alternation:
                var any = default(FirstPoints);
                foreach (var item in alternation.Items)
                {
                    var next = Of(item);
                    any = new FirstPoints(any.Low | next.Low, any.High | next.High, any.MayBeEmpty || next.MayBeEmpty);
                }

                return any;
            case PatternNode.Repeat repeat:
                var body = Of(repeat.Body);
                return body with { MayBeEmpty = body.MayBeEmpty || repeat.Minimum == 0 };
            case PatternNode.Atomic atomic:
                return Of(atomic.Body);
            default:
                return new FirstPoints(0, 0, true);
        }
    }

    /// <summary>False only when a match that begins at this place of the text is impossible.</summary>
    public bool Allow(ReadOnlySpan<char> text, int position)
    {
        if (MayBeEmpty)
        {
            return true;
        }

        if (position >= text.Length)
        {
            return false;
        }

        var c = text[position];
        return c >= 128 || (((c < 64 ? Low : High) >> (c & 63)) & 1) != 0;
    }
}
