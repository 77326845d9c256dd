using System.Text.Json;
using Praline.Testing;

namespace Praline.Media.Tests;

/// <summary>tests/golden/image_processing: Pillow 9.4's resize and transformers 4.46.1's processors.</summary>
public class GoldenImageProcessingTests
{
    [Fact]
    public void ResizedImagesEqualPillow()
    {
        Assert.SkipWhen(!GoldenImages.Exist, "this golden folder has no image_processing cases");

        using var record = Golden.Record("image_processing", "expected_resize_uint8");
        var images = GoldenImages.All();
        var expected = GoldenImages.Tensors("expected_resize_uint8");
        foreach (var name in expected.Names)
        {
            var parts = name.Split('.');  // image.filter.WIDTHxHEIGHT
            var size = parts[2].Split('x').Select(int.Parse).ToArray();
            var resized = PillowResize.Resize(images[parts[0]], size[0], size[1], Enum.Parse<ResizeFilter>(parts[1], ignoreCase: true));
            Assert.Equal([resized.Height, resized.Width, 3], expected.Shape(name));
            Assert.True(resized.Pixels.AsSpan().SequenceEqual(expected.Bytes(name)), name);
            record.Exact();
        }
    }

    [Fact]
    public void ClipProcessorEqualsTransformers()
    {
        Assert.SkipWhen(!GoldenImages.Exist, "this golden folder has no image_processing cases");

        using var record = Golden.Record("image_processing", "clip_processor.json");
        var images = GoldenImages.All();
        var json = GoldenImages.Json("clip_processor");
        var config = GoldenImages.Config(json.GetProperty("processor"));
        var expected = GoldenImages.Tensors("expected_clip_processor");
        foreach (var name in expected.Names)
        {
            var parts = name.Split('.');  // image.cropS.what
            var side = int.Parse(parts[1]["crop".Length..]);
            var processor = (ClipImageProcessor)ImageProcessor.Create(
                config with { Size = ImageSize.Shortest(side), CropSize = (side, side) });
            if (parts[2] == "uint8_chw")
            {
                Assert.True(GoldenImages.Planes([processor.Prepare(images[parts[0]])]).AsSpan().SequenceEqual(expected.Bytes(name)), name);
                record.Exact();
                continue;
            }

            var pixels = processor.Process(images[parts[0]]);
            CompareFloats(expected, name, parts[2], pixels.Data, pixels.Shape[1..], 13);
            CompareSums(json.GetProperty("cases").GetProperty($"{parts[0]}.{parts[1]}"), pixels.Data, pixels.Shape[1..]);
        }
    }

    [Fact]
    public void LlavaNextProcessorEqualsTransformers()
    {
        Assert.SkipWhen(!GoldenImages.Exist, "this golden folder has no image_processing cases");

        using var record = Golden.Record("image_processing", "llava_next_processor.json");
        var images = GoldenImages.All();
        var json = GoldenImages.Json("llava_next_processor");
        var expected = GoldenImages.Tensors("expected_llava_next_processor");
        foreach (var name in expected.Names)
        {
            var parts = name.Split('.');  // image.configuration.what
            var processor = Processor(json, parts[1]);
            var image = images[parts[0]];
            var (pixels, size) = processor.Process(image);
            switch (parts[2])
            {
                case "image_sizes":
                    Assert.Equal([size.Height, size.Width], expected.Integers(name));
                    record.Exact();
                    break;
                case "uint8" or "uint8_stride":
                    var bytes = GoldenImages.Planes(processor.Tiles(image));
                    var (actual, shape) = GoldenImages.Stride(bytes, pixels.Shape, parts[2] == "uint8" ? 1 : 5);
                    Assert.Equal(shape, expected.Shape(name));
                    Assert.True(actual.AsSpan().SequenceEqual(expected.Bytes(name)), name);
                    record.Exact();
                    break;
                default:
                    CompareFloats(expected, name, parts[2], pixels.Data, pixels.Shape, 23);
                    CompareSums(json.GetProperty("cases").GetProperty($"{parts[0]}.{parts[1]}"), pixels.Data, pixels.Shape);
                    break;
            }
        }
    }

    [Fact]
    public void LlavaNextBatchesArePaddedToTheMostTiles()
    {
        Assert.SkipWhen(!GoldenImages.Exist, "this golden folder has no image_processing cases");

        using var record = Golden.Record("image_processing", "llava_next_processor.json");
        var images = GoldenImages.All();
        var json = GoldenImages.Json("llava_next_processor");
        var shape = json.GetProperty("batch_padded_shape").EnumerateArray().Select(v => v.GetInt32()).ToArray();
        var order = json.GetProperty("batch_order").EnumerateArray().Select(v => images[v.GetString()!]).ToArray();
        var name = json.EnumerateObject().First(p => p.Name.StartsWith("processor_", StringComparison.Ordinal)
            && GoldenImages.Config(p.Value).CropSize == (shape[^2], shape[^1])).Name["processor_".Length..];
        var processor = Processor(json, name);
        var (pixels, sizes) = processor.Process(order);
        Assert.Equal(shape, pixels.Shape);
        record.Exact();
        Assert.Equal(order.Select(image => (image.Height, image.Width)), sizes);
        for (var i = 0; i < order.Length; i++)
        {
            var alone = processor.Process(order[i]).Pixels.Data;
            var entry = pixels.Entry(i);
            Assert.True(entry[..alone.Length].SequenceEqual(alone));
            Assert.Equal(-1, entry[alone.Length..].IndexOfAnyExcept(0f));
        }
    }

    private static LlavaNextImageProcessor Processor(JsonElement json, string name) =>
        (LlavaNextImageProcessor)ImageProcessor.Create(GoldenImages.Config(json.GetProperty("processor_" + name)));

    private static void CompareFloats(GoldenTensors expected, string name, string what, float[] data, int[] shape, int step)
    {
        Assert.True(what is "pixel_values" or "pixel_values_stride", $"{name}: no such result is known");
        var (actual, actualShape) = GoldenImages.Stride(data, shape, what == "pixel_values" ? 1 : step);
        Assert.Equal(expected.Shape(name), actualShape);
        double[] Doubles(float[] values) => [.. values.Select(v => (double)v)];
        Close.Equal(Doubles(expected.Floats(name)), Doubles(actual), 2e-6, 1e-6, name);
    }

    /// <summary>The stored sums of the full result, of which the tensors hold a part only.</summary>
    private static void CompareSums(JsonElement expected, float[] data, int[] shape)
    {
        Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(v => v.GetInt32()), shape);
        // Rounding of single values by up to 5e-7 may add up, hardly ever in one direction.
        Assert.Equal(expected.GetProperty("sum").GetDouble(), data.Sum(v => (double)v), 1e-7 * data.Length);
        Assert.Equal(expected.GetProperty("sum_sq").GetDouble(), data.Sum(v => (double)v * v), 1e-6 * data.Length);
    }
}
