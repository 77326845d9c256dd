using System.Text.Json;
using Praline.Media;

namespace Praline.Models.Multimodal;

/// <summary>Finds a checkpoint's image processor.</summary>
internal static class ImageProcessors
{
    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    /// <summary>
    /// The processor of the first of the folders that has a <c>preprocessor_config.json</c>; <paramref name="otherwise"/> when none does.
    /// </summary>
    /// <exception cref="PralineException">A file is damaged, or is a processor of another kind.</exception>
    internal static T Load<T>(Func<T> otherwise, params string[] folders)
        where T : class
    {
        var folder = folders.FirstOrDefault(f => File.Exists(Path.Combine(f, "preprocessor_config.json")));
        if (folder is null)
        {
            return otherwise();
        }

        try
        {
            var processor = ImageProcessor.Load(folder);
            return processor as T ?? throw new PralineException(
                $"{folder}/preprocessor_config.json describes a {processor.Config.Type}, but the model takes a {typeof(T).Name}.");
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
