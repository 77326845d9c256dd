namespace Praline.Media;

/// <summary><c>SiglipImageProcessor</c>: resize to height and width whatever the aspect ratio, rescale, normalise.</summary>
/// <param name="config">The steps.</param>
public sealed class SiglipImageProcessor(ImageProcessorConfig config) : ImageProcessor(config)
{
    /// <summary>Images or a video's frames as [N, 3, H, W].</summary>
    public PixelValues Process(IReadOnlyList<RgbImage> images) => ImageBatch.Process(images, Prepare, Normalize);

    /// <summary>One image as [1, 3, H, W].</summary>
    public PixelValues Process(RgbImage image) => Process([image]);

    /// <summary>The resized image, still as bytes.</summary>
    public RgbImage Prepare(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (height, width) = Config.Size.AsRectangle;
        return Config.DoResize ? PillowResize.Resize(image, width, height, Config.Resample) : image;
    }
}
