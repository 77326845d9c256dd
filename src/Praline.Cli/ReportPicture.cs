using Praline.Evaluation;
using Praline.Media;

namespace Praline.Cli;

/// <summary>Pictures for reports: as they are when they are small, else at a size for a page.</summary>
internal static class ReportPicture
{
    private const int Side = 224;
    private const int SmallBytes = 60_000;

    public static ReportImage Small(string path)
    {
        var name = Path.GetFileName(path);
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length <= SmallBytes && bytes.AsSpan().StartsWith<byte>([0x89, 0x50, 0x4E, 0x47]))
        {
            return new ReportImage(bytes, name);
        }

        RgbImage image;
        try
        {
            image = ImageFile.Decode(bytes, path);
        }
        catch (MediaException)
        {
            // A damaged picture has its place in the list of rejected items; its card shows a grey one.
            return ReportImage.Of(new RgbImage(1, 1, [128, 128, 128]), $"{name} (damaged)");
        }

        var scale = Math.Min(1, (double)Side / Math.Max(image.Width, image.Height));
        return ReportImage.Of(
            scale == 1 ? image : PillowResize.Resize(image, Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)), ResizeFilter.Bilinear), name);
    }
}
