using Praline.Media;

namespace Praline.SmallWorld;

/// <summary>Many pictures in one, to look at.</summary>
public static class ContactSheet
{
    /// <summary>Puts pictures of one size row by row, two pixels apart.</summary>
    public static RgbImage Of(IReadOnlyList<RgbImage> images, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfZero(images.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        const int gap = 2;
        var (w, h) = (images[0].Width, images[0].Height);
        var rows = (images.Count + columns - 1) / columns;
        var (width, height) = ((columns * (w + gap)) + gap, (rows * (h + gap)) + gap);
        var pixels = new byte[width * height * 3];
        Array.Fill(pixels, (byte)90);
        for (var i = 0; i < images.Count; i++)
        {
            var (left, top) = (gap + (i % columns * (w + gap)), gap + (i / columns * (h + gap)));
            for (var y = 0; y < h; y++)
            {
                Array.Copy(images[i].Pixels, y * w * 3, pixels, (((top + y) * width) + left) * 3, w * 3);
            }
        }

        return new RgbImage(width, height, pixels);
    }
}
