namespace Praline.Media;

/// <summary>Rows of PNG samples as 8-bit RGB. Alpha is dropped; of 16 bits the upper 8 are kept; fewer bits of grey are stretched.</summary>
internal static class PngColours
{
    public static void ToRgb(PngHeader header, byte[] palette, ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        var pixels = rgb.Length / 3;
        if (header is { Kind: PngColour.Rgb, Bits: 8 })
        {
            row[..rgb.Length].CopyTo(rgb);
            return;
        }

        var sample = header.Bits / 8;  // bytes; 0 where several samples share one
        var step = header.Channels * sample;
        for (var i = 0; i < pixels; i++)
        {
            var target = rgb.Slice(i * 3, 3);
            if (header.Kind is PngColour.Rgb or PngColour.Rgba)
            {
                (target[0], target[1], target[2]) = (row[i * step], row[(i * step) + sample], row[(i * step) + (2 * sample)]);
            }
            else if (header.Kind == PngColour.Palette)
            {
                var entry = Sample(row, i, header.Bits) * 3;
                if (entry + 3 <= palette.Length)
                {
                    palette.AsSpan(entry, 3).CopyTo(target);
                }
                else
                {
                    target.Clear();
                }
            }
            else
            {
                target.Fill(header.Bits >= 8 ? row[i * step] : (byte)(Sample(row, i, header.Bits) * 255 / ((1 << header.Bits) - 1)));
            }
        }
    }

    private static int Sample(ReadOnlySpan<byte> row, int index, int bits)
    {
        var position = index * bits;
        return row[position >> 3] >> (8 - bits - (position & 7)) & ((1 << bits) - 1);
    }
}
