using System.Buffers.Binary;
using System.IO.Compression;

namespace Praline.Media;

/// <summary>8-bit RGB PNG files (W3C PNG, third edition), each row predicted from the one above.</summary>
internal static class PngEncoder
{
    private const byte FilterUp = 2;

    public static byte[] Encode(RgbImage image)
    {
        using var file = new MemoryStream();
        file.Write(PngDecoder.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8;  // bits
        header[9] = 2;  // RGB
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(image));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Compress(RgbImage image)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            var row = new byte[(image.Width * 3) + 1];
            row[0] = FilterUp;
            for (var y = 0; y < image.Height; y++)
            {
                var current = image.Row(y);
                var above = y > 0 ? image.Row(y - 1) : new byte[current.Length];
                for (var i = 0; i < current.Length; i++)
                {
                    row[i + 1] = (byte)(current[i] - above[i]);
                }

                zlib.Write(row);
            }
        }

        return packed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(name);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(name, data));
        file.Write(number);
    }
}
