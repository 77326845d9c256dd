using System.Buffers.Binary;
using System.IO.Compression;

namespace Praline.Media;

/// <summary>PNG files of every colour type, depth and interlacing (W3C PNG, third edition) as 8-bit RGB.</summary>
internal static class PngDecoder
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static RgbImage Decode(ReadOnlySpan<byte> file)
    {
        PngHeader? header = null;
        byte[] palette = [];
        using var packed = new MemoryStream();
        var rest = file[Signature.Length..];
        while (rest.Length >= 12)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var name = rest.Slice(4, 4);
            if (length > rest.Length - 12)
            {
                break;  // cut off in the middle of a chunk; whether pixels are missing shows below
            }

            var data = rest.Slice(8, (int)length);
            var isCritical = (name[0] & 0x20) == 0;
            if (isCritical && Crc32.Of(name, data) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]))
            {
                throw new ImageFormatException($"a PNG whose {System.Text.Encoding.ASCII.GetString(name)} chunk is damaged");
            }

            if (name.SequenceEqual("IHDR"u8))
            {
                header ??= PngHeader.Parse(data);
            }
            else if (name.SequenceEqual("PLTE"u8))
            {
                palette = data.ToArray();
            }
            else if (name.SequenceEqual("IDAT"u8))
            {
                packed.Write(data);
            }
            else if (name.SequenceEqual("IEND"u8))
            {
                break;
            }

            rest = rest[(12 + (int)length)..];
        }

        packed.Position = 0;
        return Unpack(header ?? throw new ImageFormatException("a PNG without a header"), palette, packed);
    }

    private static RgbImage Unpack(PngHeader header, byte[] palette, Stream packed)
    {
        var image = new RgbImage(header.Width, header.Height);
        using var pixels = new ZLibStream(packed, CompressionMode.Decompress);
        foreach (var (x, y, stepX, stepY) in header.Interlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            var columns = (header.Width - x + stepX - 1) / stepX;
            var rows = (header.Height - y + stepY - 1) / stepY;
            if (columns > 0 && rows > 0)
            {
                UnpackPass(header, palette, pixels, image, columns, rows, (x, y, stepX, stepY));
            }
        }

        return image;
    }

    private static void UnpackPass(
        PngHeader header,
        byte[] palette,
        ZLibStream pixels,
        RgbImage image,
        int columns,
        int rows,
        (int X, int Y, int StepX, int StepY) grid)
    {
        var bytes = header.RowBytes(columns);
        var distance = Math.Max(1, header.Channels * header.Bits / 8);
        var current = new byte[bytes + 1];
        var above = new byte[bytes + 1];
        var colours = new byte[columns * 3];
        for (var row = 0; row < rows; row++)
        {
            ReadRow(pixels, current);
            PngFilter.Undo(current[0], current.AsSpan(1), above.AsSpan(1), distance);
            PngColours.ToRgb(header, palette, current.AsSpan(1), colours);
            var target = image.Row(grid.Y + (row * grid.StepY));
            if (grid.StepX == 1)
            {
                colours.CopyTo(target);
            }
            else
            {
                for (var i = 0; i < columns; i++)
                {
                    colours.AsSpan(i * 3, 3).CopyTo(target[((grid.X + (i * grid.StepX)) * 3)..]);
                }
            }

            (current, above) = (above, current);
        }
    }

    private static void ReadRow(ZLibStream pixels, byte[] row)
    {
        try
        {
            if (pixels.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
            {
                throw new ImageFormatException("a PNG whose pixels end early");
            }
        }
        catch (InvalidDataException problem)
        {
            throw new ImageFormatException("a PNG with damaged pixels", problem);
        }
    }
}
