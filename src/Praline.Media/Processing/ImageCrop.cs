namespace Praline.Media;

/// <summary>Cutting and placing of pictures.</summary>
public static class ImageCrop
{
    /// <summary>
    /// The middle of a picture, on black where the picture is smaller: <c>center_crop</c> of transformers, which rounds the same way.
    /// </summary>
    public static RgbImage Center(RgbImage image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Cut(image, Offset(image.Height, height), Offset(image.Width, width), height, width);
    }

    /// <summary>A rectangle of a picture, black where it reaches outside.</summary>
    public static RgbImage Cut(RgbImage image, int top, int left, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        if ((top, left, height, width) == (0, 0, image.Height, image.Width))
        {
            return image;
        }

        var result = new RgbImage(width, height);
        var (from, to) = (Math.Max(left, 0), Math.Min(left + width, image.Width));
        for (var y = Math.Max(top, 0); y < Math.Min(top + height, image.Height) && from < to; y++)
        {
            image.Row(y)[(from * 3)..(to * 3)].CopyTo(result.Row(y - top)[((from - left) * 3)..]);
        }

        return result;
    }

    /// <summary>
    /// The picture in the middle of a square of one colour: <c>expand2square</c> of LLaVA, for checkpoints whose
    /// <c>image_aspect_ratio</c> is <c>pad</c>.
    /// </summary>
    /// <param name="image">The picture.</param>
    /// <param name="background">R, G, B; LLaVA takes ⌊255 · image_mean⌋.</param>
    public static RgbImage PadToSquare(RgbImage image, (byte R, byte G, byte B) background)
    {
        ArgumentNullException.ThrowIfNull(image);
        var side = Math.Max(image.Width, image.Height);
        if (image.Width == image.Height)
        {
            return image;
        }

        var result = new RgbImage(side, side);
        for (var i = 0; i < result.Pixels.Length; i += 3)
        {
            (result.Pixels[i], result.Pixels[i + 1], result.Pixels[i + 2]) = background;
        }

        var (top, left) = ((side - image.Height) / 2, (side - image.Width) / 2);
        for (var y = 0; y < image.Height; y++)
        {
            image.Row(y).CopyTo(result.Row(top + y)[(left * 3)..]);
        }

        return result;
    }

    /// <summary>Where the cut begins; negative, and rounded away from 0, where it is larger than the picture.</summary>
    private static int Offset(int have, int want) => want <= have ? (have - want) / 2 : -((want - have + 1) / 2);
}
