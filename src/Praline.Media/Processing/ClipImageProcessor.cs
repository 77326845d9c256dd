namespace Praline.Media;

/// <summary>
/// <c>CLIPImageProcessor</c>: resize (the shortest side, usually), cut the middle out, rescale, normalise. Equal to transformers 4.46
/// with Pillow 9.4. <c>LlavaImageProcessor</c> is the same with one step more: first, with <c>do_pad</c>, a square in the mean colour.
/// </summary>
/// <param name="config">The steps.</param>
public sealed class ClipImageProcessor(ImageProcessorConfig config) : ImageProcessor(config)
{
    /// <summary>The processor with CLIP's usual steps for square images of one size, as SynPO asks for (<c>size=378, crop_size=378</c>).</summary>
    public static ClipImageProcessor Square(int size) =>
        new(new ImageProcessorConfig { Size = ImageSize.Shortest(size), CropSize = (size, size) });

    /// <summary>Images or a video's frames as [N, 3, H, W]. They must come out in one size, as they do when the middle is cut out.</summary>
    /// <exception cref="ArgumentException">No image, or images that come out in different sizes.</exception>
    public PixelValues Process(IReadOnlyList<RgbImage> images) => ImageBatch.Process(images, Prepare, Normalize);

    /// <summary>One image as [1, 3, H, W].</summary>
    public PixelValues Process(RgbImage image) => Process([image]);

    /// <summary>The image after resizing and cutting: what the model will see, still as bytes.</summary>
    public RgbImage Prepare(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Config is { Type: "LlavaImageProcessor", DoPad: true })
        {
            image = ImageCrop.PadToSquare(image, (MeanByte(0), MeanByte(1), MeanByte(2)));
        }

        if (Config.DoResize)
        {
            var (height, width) = Config.Size.For(image.Height, image.Width);
            image = PillowResize.Resize(image, width, height, Config.Resample);
        }

        return Config.DoCenterCrop ? ImageCrop.Center(image, Config.CropSize.Height, Config.CropSize.Width) : image;
    }

    /// <summary>Images that <see cref="Prepare"/> gave, as [N, 3, H, W]: the second half of <see cref="Process(IReadOnlyList{RgbImage})"/>.</summary>
    public PixelValues Stack(IReadOnlyList<RgbImage> prepared) => ImageBatch.Stack(prepared, Normalize);

    private byte MeanByte(int channel) => (byte)(int)(Config.ImageMean[channel] * 255.0);
}
