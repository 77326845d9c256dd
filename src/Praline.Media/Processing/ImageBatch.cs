namespace Praline.Media;

/// <summary>Images of one size as one array.</summary>
internal static class ImageBatch
{
    public delegate void Normalizer(RgbImage image, Span<float> output);

    /// <summary>Prepares every image, several at a time, and puts them one behind the other: [N, 3, H, W].</summary>
    public static PixelValues Process(IReadOnlyList<RgbImage> images, Func<RgbImage, RgbImage> prepare, Normalizer normalize)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0)
        {
            throw new ArgumentException("There is no image to process.", nameof(images));
        }

        var prepared = new RgbImage[images.Count];
        Parallel.For(0, images.Count, i => prepared[i] = prepare(images[i]));
        return Stack(prepared, normalize);
    }

    /// <summary>Prepared images as [N, 3, H, W].</summary>
    public static PixelValues Stack(IReadOnlyList<RgbImage> images, Normalizer normalize)
    {
        var (width, height) = (images[0].Width, images[0].Height);
        if (images.FirstOrDefault(image => (image.Width, image.Height) != (width, height)) is { } other)
        {
            throw new ArgumentException(
                $"Images of one batch must come out in one size, not {width}x{height} and {other.Width}x{other.Height}. " +
                "Process them one by one, or turn do_center_crop on.",
                nameof(images));
        }

        var size = 3 * width * height;
        var data = GC.AllocateUninitializedArray<float>(checked(size * images.Count));
        Parallel.For(0, images.Count, i => normalize(images[i], data.AsSpan(i * size, size)));
        return new PixelValues(data, [images.Count, 3, height, width]);
    }
}
