using System.Buffers.Binary;

namespace Praline.Media;

/// <summary>WebP's RIFF container: a moving image's first frame is made a still image of its own, on its canvas.</summary>
internal static class WebpContainer
{
    private const int HeaderLength = 12;

    public static RgbImage Decode(ReadOnlySpan<byte> file)
    {
        if (FindChunk(file[HeaderLength..], "ANMF"u8) is not { Length: >= 16 } frame)
        {
            return NativeImage.Decode(file);
        }

        var canvas = FindChunk(file[HeaderLength..], "VP8X"u8);
        if (canvas.Length < 10)
        {
            throw new ImageFormatException("a moving WebP without its VP8X header");
        }

        // ANMF: x/2, y/2, width-1, height-1, duration (3 bytes each), flags, then the chunks of a still image.
        var (left, top) = (ReadUInt24(frame) * 2, ReadUInt24(frame[3..]) * 2);
        var (width, height) = (ReadUInt24(canvas[4..]) + 1, ReadUInt24(canvas[7..]) + 1);
        ImageFile.RequireSize(width, height);
        var picture = NativeImage.Decode(Still(frame[16..]));
        if (left + picture.Width > width || top + picture.Height > height)
        {
            throw new ImageFormatException("a moving WebP whose first frame lies outside its canvas");
        }

        if ((picture.Width, picture.Height) == (width, height))
        {
            return picture;
        }

        var result = new RgbImage(width, height);  // uncovered pixels are transparent black
        for (var y = 0; y < picture.Height; y++)
        {
            picture.Row(y).CopyTo(result.Row(top + y)[(left * 3)..]);
        }

        return result;
    }

    /// <summary>The canvas of a moving image, the size of a still one.</summary>
    public static (int Width, int Height) Size(ReadOnlySpan<byte> file) =>
        FindChunk(file[HeaderLength..], "ANMF"u8).Length >= 16 && FindChunk(file[HeaderLength..], "VP8X"u8) is { Length: >= 10 } canvas
            ? (ReadUInt24(canvas[4..]) + 1, ReadUInt24(canvas[7..]) + 1)
            : NativeImage.Size(file);

    private static byte[] Still(ReadOnlySpan<byte> chunks)
    {
        // Alpha is dropped anyway, so the pixels' own chunk is all that is needed.
        var name = FindChunk(chunks, "VP8L"u8).IsEmpty ? "VP8 "u8 : "VP8L"u8;
        var data = FindChunk(chunks, name);
        if (data.IsEmpty)
        {
            throw new ImageFormatException("a moving WebP whose first frame is missing");
        }

        var padded = data.Length + (data.Length & 1);
        var still = new byte[HeaderLength + 8 + padded];
        "RIFF"u8.CopyTo(still);
        BinaryPrimitives.WriteInt32LittleEndian(still.AsSpan(4), still.Length - 8);
        "WEBP"u8.CopyTo(still.AsSpan(8));
        name.CopyTo(still.AsSpan(HeaderLength));
        BinaryPrimitives.WriteInt32LittleEndian(still.AsSpan(HeaderLength + 4), data.Length);
        data.CopyTo(still.AsSpan(HeaderLength + 8));
        return still;
    }

    private static ReadOnlySpan<byte> FindChunk(ReadOnlySpan<byte> chunks, ReadOnlySpan<byte> name)
    {
        while (chunks.Length >= 8)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            var end = Math.Min(8 + (long)length, chunks.Length);
            if (chunks[..4].SequenceEqual(name))
            {
                return chunks[8..(int)end];
            }

            chunks = chunks[(int)Math.Min(end + (length & 1), chunks.Length)..];
        }

        return [];
    }

    private static int ReadUInt24(ReadOnlySpan<byte> data) => data[0] | data[1] << 8 | data[2] << 16;
}
