using System.Text.Json;
using Praline.Testing;

namespace Praline.Media.Tests;

/// <summary>The golden kind <c>image_processing</c>: its images, and strides over results as its README defines them.</summary>
internal static class GoldenImages
{
    private const string Kind = "image_processing";

    public static bool Exist => Directory.Exists(Golden.PathOf(Kind));

    public static GoldenTensors Tensors(string name) => new(Golden.PathOf(Kind, name + ".safetensors"));

    public static JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(Golden.PathOf(Kind, name + ".json"))).RootElement;

    /// <summary>All images, read from the raw tensors; the PNG files beside them must hold the same.</summary>
    public static Dictionary<string, RgbImage> All()
    {
        var tensors = Tensors("images_rgb_uint8");
        var images = new Dictionary<string, RgbImage>();
        foreach (var name in tensors.Names)
        {
            var shape = tensors.Shape(name);
            images[name] = new RgbImage(shape[1], shape[0], tensors.Bytes(name));
            Assert.Equal(images[name], ImageFile.Open(Golden.PathOf(Kind, name + ".png")));
        }

        return images;
    }

    /// <summary>A processor's configuration from the JSON of the case.</summary>
    public static ImageProcessorConfig Config(JsonElement element) =>
        ImageProcessorConfig.Parse(JsonSerializer.SerializeToUtf8Bytes(element));

    /// <summary>Every <paramref name="step"/>-th row and column of [..., H, W].</summary>
    public static (T[] Data, int[] Shape) Stride<T>(T[] data, int[] shape, int step)
    {
        var (height, width) = (shape[^2], shape[^1]);
        var (rows, columns) = ((height + step - 1) / step, (width + step - 1) / step);
        var planes = data.Length / (height * width);
        var result = new T[planes * rows * columns];
        for (var i = 0; i < result.Length; i++)
        {
            var (plane, y, x) = (i / (rows * columns), i / columns % rows * step, i % columns * step);
            result[i] = data[(((plane * height) + y) * width) + x];
        }

        return (result, [.. shape[..^2], rows, columns]);
    }

    /// <summary>[N, H, W, 3] bytes to [N, 3, H, W].</summary>
    public static byte[] Planes(IReadOnlyList<RgbImage> images) =>
        [.. images.SelectMany(image => Enumerable.Range(0, 3).SelectMany(c => image.Pixels.Where((_, i) => i % 3 == c)))];
}
