using Praline.Media;

namespace Praline.Evaluation;

/// <summary>A picture inside a report.</summary>
/// <param name="Bytes">A PNG, JPEG, GIF or WebP file's content.</param>
/// <param name="Description">What it shows, for those who don't see it.</param>
public sealed record ReportImage(ReadOnlyMemory<byte> Bytes, string Description)
{
    /// <summary>A picture from pixels: a frame of a video.</summary>
    public static ReportImage Of(RgbImage image, string description) => new(ImageFile.EncodePng(image), description);

    /// <summary>The picture as a data URI.</summary>
    /// <exception cref="PralineException">The bytes are no picture that browsers show.</exception>
    internal string ToDataUri()
    {
        var bytes = Bytes.Span;
        var type = bytes.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47]) ? "png"
            : bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? "jpeg"
            : bytes.StartsWith("GIF8"u8) ? "gif"
            : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "webp"
            : throw new PralineException($"A report shows PNG, JPEG, GIF and WebP pictures; '{Description}' is none of them.");
        return $"data:image/{type};base64,{Convert.ToBase64String(bytes)}";
    }
}
