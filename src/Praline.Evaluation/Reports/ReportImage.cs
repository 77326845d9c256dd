using Praline.Media;

namespace Praline.Evaluation;

/// <summary>A picture inside a report.</summary>
/// <param name="Bytes">A PNG, JPEG, GIF or WebP file's content.</param>
/// <param name="Description">What it shows, for those who don't see it.</param>
public sealed record ReportImage(ReadOnlyMemory<byte> Bytes, string Description)
{
    /// <summary>A picture from pixels: a frame of a video.</summary>
    public static ReportImage Of(RgbImage image, string description) => new(ImageFile.EncodePng(image), description);

    /// <summary>The picture's media type, by its content.</summary>
    /// <exception cref="PralineException">The bytes are no picture that browsers show.</exception>
    public string MediaType
    {
        get
        {
            var bytes = Bytes.Span;
            return bytes.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47]) ? "image/png"
                : bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? "image/jpeg"
                : bytes.StartsWith("GIF8"u8) ? "image/gif"
                : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
                : throw new PralineException($"Expected a PNG, JPEG, GIF or WebP picture, but {Description} is none. Convert it to PNG.");
        }
    }

    /// <summary>The picture as a data URI.</summary>
    internal string ToDataUri() => $"data:{MediaType};base64,{Convert.ToBase64String(Bytes.Span)}";
}
