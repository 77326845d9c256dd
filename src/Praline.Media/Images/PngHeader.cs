using System.Buffers.Binary;

namespace Praline.Media;

/// <summary>PNG's IHDR chunk, checked.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Bits">Bits per sample: 1, 2, 4, 8 or 16.</param>
/// <param name="Kind">How a pixel's samples are to be read.</param>
/// <param name="Interlaced">Adam7: seven passes of ever more pixels.</param>
internal readonly record struct PngHeader(int Width, int Height, int Bits, PngColour Kind, bool Interlaced)
{
    /// <summary>Samples per pixel.</summary>
    public int Channels => Kind switch
    {
        PngColour.Rgb => 3,
        PngColour.Rgba => 4,
        PngColour.GreyAlpha => 2,
        _ => 1,
    };

    /// <summary>Bytes of one row of so many pixels, without its filter byte.</summary>
    public int RowBytes(int pixels) => checked((int)((((long)pixels * Channels * Bits) + 7) / 8));

    public static PngHeader Parse(ReadOnlySpan<byte> data)
    {
        if (data.Length != 13)
        {
            throw new ImageFormatException("a PNG with a damaged header");
        }

        long width = BinaryPrimitives.ReadUInt32BigEndian(data);
        long height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        ImageFile.RequireSize(width, height);
        var (bits, kind) = (data[8], (PngColour)data[9]);
        var allowed = kind switch
        {
            PngColour.Grey => bits is 1 or 2 or 4 or 8 or 16,
            PngColour.Palette => bits is 1 or 2 or 4 or 8,
            PngColour.Rgb or PngColour.GreyAlpha or PngColour.Rgba => bits is 8 or 16,
            _ => false,
        };
        if (!allowed || data[10] != 0 || data[11] != 0 || data[12] > 1)
        {
            throw new ImageFormatException($"a PNG of colour type {data[9]} with {bits} bits, method {data[10]}/{data[11]}/{data[12]}");
        }

        return new PngHeader((int)width, (int)height, bits, kind, data[12] == 1);
    }
}
