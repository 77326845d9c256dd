using System.Buffers.Binary;

namespace Praline.Media;

/// <summary>EXIF's orientation tag (CIPA DC-008, tag 0x0112): where to find it, and how to turn an image upright by it.</summary>
internal static class ImageOrientation
{
    private const int Tag = 0x0112;

    /// <summary>The tag's value, 1 to 8, in a JPEG, PNG or WebP file; 1 (upright) where there is none.</summary>
    public static int Find(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
        {
            return InJpeg(file);
        }

        if (file.StartsWith(PngDecoder.Signature))
        {
            return InChunks(file, PngDecoder.Signature.Length, "eXIf"u8, bigEndian: true);
        }

        return file.StartsWith("RIFF"u8) ? InChunks(file, 12, "EXIF"u8, bigEndian: false) : 1;
    }

    /// <summary>The picture as it should be seen.</summary>
    public static RgbImage Apply(RgbImage image, int orientation)
    {
        if (orientation <= 1)
        {
            return image;
        }

        // 5 to 8 exchange rows and columns; the flips are those of the result.
        var swap = orientation >= 5;
        var flipX = orientation is 2 or 3 or 6 or 7;
        var flipY = orientation is 3 or 4 or 7 or 8;
        var result = new RgbImage(swap ? image.Height : image.Width, swap ? image.Width : image.Height);
        for (var y = 0; y < result.Height; y++)
        {
            var row = result.Row(y);
            var v = flipY ? result.Height - 1 - y : y;
            for (var x = 0; x < result.Width; x++)
            {
                var u = flipX ? result.Width - 1 - x : x;
                var source = swap ? (u * image.Width) + v : (v * image.Width) + u;
                image.Pixels.AsSpan(source * 3, 3).CopyTo(row.Slice(x * 3, 3));
            }
        }

        return result;
    }

    private static int InJpeg(ReadOnlySpan<byte> file)
    {
        var position = 2;
        while (position + 4 <= file.Length && file[position] == 0xFF)
        {
            int marker = file[position + 1];
            if (marker is 0xDA or 0xD9)
            {
                break;  // pixels follow
            }

            if (marker == 0xFF || (marker >= 0xD0 && marker <= 0xD8) || marker == 0x01)
            {
                position += marker == 0xFF ? 1 : 2;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]);
            if (length < 2 || position + 2 + length > file.Length)
            {
                break;
            }

            var segment = file.Slice(position + 4, length - 2);
            if (marker == 0xE1 && segment.StartsWith("Exif\0\0"u8))
            {
                return InTiff(segment[6..]);
            }

            position += 2 + length;
        }

        return 1;
    }

    private static int InChunks(ReadOnlySpan<byte> file, int position, ReadOnlySpan<byte> wanted, bool bigEndian)
    {
        while (position + 8 <= file.Length)
        {
            // PNG: length, name, data, checksum. RIFF: name, length, data, padding to an even length.
            var length = bigEndian
                ? BinaryPrimitives.ReadUInt32BigEndian(file[position..])
                : BinaryPrimitives.ReadUInt32LittleEndian(file[(position + 4)..]);
            var name = file.Slice(bigEndian ? position + 4 : position, 4);
            if (length > file.Length - position - 8)
            {
                break;
            }

            if (name.SequenceEqual(wanted))
            {
                var data = file.Slice(position + 8, (int)length);
                return InTiff(data.StartsWith("Exif\0\0"u8) ? data[6..] : data);
            }

            position += 8 + (int)length + (bigEndian ? 4 : (int)(length & 1));
        }

        return 1;
    }

    private static int InTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)))
        {
            return 1;
        }

        var little = tiff[0] == (byte)'I';
        long directory = ReadUInt32(tiff[4..], little);
        if (directory + 2 > tiff.Length)
        {
            return 1;
        }

        var count = ReadUInt16(tiff[(int)directory..], little);
        for (var i = 0; i < count; i++)
        {
            var entry = directory + 2 + (i * 12L);
            if (entry + 12 > tiff.Length)
            {
                break;
            }

            if (ReadUInt16(tiff[(int)entry..], little) == Tag)
            {
                int value = ReadUInt16(tiff[((int)entry + 8)..], little);
                return value is >= 1 and <= 8 ? value : 1;
            }
        }

        return 1;
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data);

    private static uint ReadUInt32(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data);
}
