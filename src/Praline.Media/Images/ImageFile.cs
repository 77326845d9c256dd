namespace Praline.Media;

/// <summary>
/// Still images as upright 8-bit RGB: JPEG, PNG, WebP and GIF (the first frame of a moving one), told apart by their content. Pixels
/// are those of Pillow's <c>ImageOps.exif_transpose(Image.open(f)).convert("RGB")</c>: alpha is dropped, palettes, grey, CMYK and
/// 16-bit colour are converted. One difference is meant: 16-bit grey keeps its upper byte, where Pillow clips it to white.
/// </summary>
public static class ImageFile
{
    internal const long MaxPixels = 128L * 1024 * 1024;
    internal const string Expected = "a JPEG, PNG, WebP or GIF image";

    private const string Remedy = "It is damaged or of another kind: fetch it again, convert it to PNG, or leave it out.";

    /// <summary>Reads an image file.</summary>
    /// <exception cref="MediaException">No such file, another kind of file, damage, or more than 128 megapixels.</exception>
    public static RgbImage Open(string path) => Decode(ReadBytes(path), path);

    /// <summary>An image file's bytes.</summary>
    /// <exception cref="MediaException">No such file, an empty one, or one that can't be read.</exception>
    public static byte[] ReadBytes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        MediaChecks.RequireNonEmptyFile(path, Expected);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new MediaException(path, "a file that can be read", problem.Message, "Check its permissions.", problem);
        }
    }

    /// <summary>Decodes an image in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="MediaException">See <see cref="Open"/>.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string name = "image")
    {
        try
        {
            return ImageOrientation.Apply(DecodeStored(bytes), ImageOrientation.Find(bytes));
        }
        catch (ImageFormatException problem)
        {
            throw new MediaException(name, Expected, problem.Message, Remedy, problem);
        }
    }

    /// <summary>The size of an image in memory as <see cref="Decode"/> would give it, from its headers alone.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="MediaException">Another kind of file, or a damaged header.</exception>
    public static (int Width, int Height) SizeOf(ReadOnlySpan<byte> bytes, string name = "image")
    {
        try
        {
            var (width, height) = StoredSize(bytes);
            RequireSize(width, height);
            return ImageOrientation.Find(bytes) >= 5 ? (height, width) : (width, height);
        }
        catch (ImageFormatException problem)
        {
            throw new MediaException(name, Expected, problem.Message, Remedy, problem);
        }
    }

    /// <summary>Writes an 8-bit RGB PNG, by way of a temporary file beside it.</summary>
    /// <exception cref="MediaException">The file can't be written.</exception>
    public static void WritePng(string path, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(image);
        var bytes = EncodePng(image);
        AtomicFile.Write(path, temporary => File.WriteAllBytes(temporary, bytes));
    }

    /// <summary>The bytes of an 8-bit RGB PNG file.</summary>
    public static byte[] EncodePng(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return PngEncoder.Encode(image);
    }

    /// <summary>Checks a size that a header states before any memory is spent on it.</summary>
    internal static void RequireSize(long width, long height)
    {
        if (width <= 0 || height <= 0 || width > int.MaxValue || height > int.MaxValue || width * height > MaxPixels)
        {
            throw new ImageFormatException($"a size of {width}x{height} (at most 128 megapixels)");
        }
    }

    private static (int Width, int Height) StoredSize(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(PngDecoder.Signature) && bytes.Length >= 29 && bytes[12..16].SequenceEqual("IHDR"u8))
        {
            var header = PngHeader.Parse(bytes[16..29]);
            return (header.Width, header.Height);
        }

        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
        {
            var first = GifDecoder.Decode(bytes); // a frame may reach past the screen that the header states
            return (first.Width, first.Height);
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return NativeImage.Size(bytes);
        }

        if (bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8))
        {
            return WebpContainer.Size(bytes);
        }

        throw new ImageFormatException(bytes.IsEmpty ? "no data" : "none of these, by its first bytes");
    }

    private static RgbImage DecodeStored(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(PngDecoder.Signature))
        {
            return PngDecoder.Decode(bytes);
        }

        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
        {
            return GifDecoder.Decode(bytes);
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return NativeImage.Decode(bytes);
        }

        if (bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8))
        {
            return WebpContainer.Decode(bytes);
        }

        throw new ImageFormatException(bytes.IsEmpty ? "no data" : "none of these, by its first bytes");
    }
}
