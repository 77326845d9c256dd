using System.Text.Json;
using Praline.Media;

namespace Praline.Models.Multimodal;

/// <summary>Finds a checkpoint's image processor.</summary>
internal static class ImageProcessors
{
    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    /// <summary>
    /// The processor of the first of the folders that describes one; <paramref name="otherwise"/> when none does.
    /// </summary>
    /// <exception cref="PralineException">A file is damaged, or is a processor of another kind.</exception>
    internal static T Load<T>(Func<T> otherwise, params string[] folders)
        where T : class
    {
        try
        {
            var file = folders.Select(ImageProcessorConfig.FileIn).FirstOrDefault(found => found is not null);
            if (file is null)
            {
                return otherwise();
            }

            var processor = ImageProcessor.Load(file);
            return processor as T ?? throw new PralineException(
                $"{file} describes a {processor.Config.Type}, but the model takes a {typeof(T).Name}.");
        }
        catch (MediaException error)
        {
            throw new PralineException(error.Message, error);
        }
    }

    /// <summary>Pixels of images that the tower sees whole, [N, 3, H, W].</summary>
    internal static PixelValues Process(ImageProcessor processor, IReadOnlyList<RgbImage> images) => processor switch
    {
        ClipImageProcessor clip => clip.Process(images),
        SiglipImageProcessor siglip => siglip.Process(images),
        _ => throw new PralineException($"A {processor.Config.Type} does not make one tensor of several images."),
    };

    /// <summary>The size that images which the tower sees whole come out in.</summary>
    internal static (int Height, int Width) SizeOf(ImageProcessor processor, (int Height, int Width) image)
    {
        var config = processor.Config;
        return config switch
        {
            { DoCenterCrop: true } => config.CropSize,
            { DoResize: false } => image,
            _ => processor is SiglipImageProcessor ? config.Size.AsRectangle : config.Size.For(image.Height, image.Width),
        };
    }

    /// <summary>Everything the processor does, as text: part of what features depend on.</summary>
    internal static string Describe(ImageProcessor processor) => JsonSerializer.Serialize(processor.Config, WithFields);
}
