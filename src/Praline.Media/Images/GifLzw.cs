namespace Praline.Media;

/// <summary>GIF's variant of LZW (GIF89a specification, appendix F): codes of growing width, least significant bit first.</summary>
internal static class GifLzw
{
    private const int MaxCodes = 4096;

    /// <summary>Unpacks exactly <paramref name="count"/> palette indices.</summary>
    public static byte[] Decode(int minimumBits, ReadOnlySpan<byte> data, int count)
    {
        if (minimumBits is < 1 or > 11)
        {
            throw new ImageFormatException($"a GIF with codes of {minimumBits} bits");
        }

        var (clear, end) = (1 << minimumBits, (1 << minimumBits) + 1);
        var prefix = new short[MaxCodes];
        var suffix = new byte[MaxCodes];
        var stack = new byte[MaxCodes + 1];
        for (var i = 0; i < clear; i++)
        {
            suffix[i] = (byte)i;
        }

        var result = new byte[count];
        var (filled, bits, bitCount, position) = (0, 0, 0, 0);
        var (width, next, previous, first) = (minimumBits + 1, end + 1, -1, (byte)0);
        while (filled < count)
        {
            for (; bitCount < width; bitCount += 8)
            {
                if (position == data.Length)
                {
                    throw new ImageFormatException("a GIF whose pixels end early");
                }

                bits |= data[position++] << bitCount;
            }

            var code = bits & ((1 << width) - 1);
            bits >>= width;
            bitCount -= width;
            if (code == clear)
            {
                (width, next, previous) = (minimumBits + 1, end + 1, -1);
                continue;
            }

            if (code == end || code > next || (code == next && previous < 0))
            {
                throw new ImageFormatException(code == end ? "a GIF whose pixels end early" : "a GIF with damaged pixels");
            }

            // The code that is only now being defined stands for the last string and its own first index again.
            var depth = 0;
            var walk = code;
            if (code == next)
            {
                stack[depth++] = first;
                walk = previous;
            }

            for (; walk >= clear; walk = prefix[walk])
            {
                stack[depth++] = suffix[walk];
            }

            first = suffix[walk];
            stack[depth++] = first;
            while (depth > 0 && filled < count)
            {
                result[filled++] = stack[--depth];
            }

            if (previous >= 0 && next < MaxCodes)
            {
                prefix[next] = (short)previous;
                suffix[next++] = first;
                if (next == 1 << width && width < 12)
                {
                    width++;
                }
            }

            previous = code;
        }

        return result;
    }
}
