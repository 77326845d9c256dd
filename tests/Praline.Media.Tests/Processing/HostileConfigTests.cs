using System.Text;

namespace Praline.Media.Tests;

/// <summary>Configurations and images that would fill memory or make pixels that are no numbers: an error with the number, before the memory.</summary>
public class HostileConfigTests
{
    [Theory]
    [InlineData("\"rescale_factor\":1e300", "rescale_factor")]
    [InlineData("\"rescale_factor\":0", "rescale_factor")]
    [InlineData("\"crop_size\":16384", "16384")]
    [InlineData("\"size\":{\"height\":100000,\"width\":1}", "100000")]
    [InlineData("\"image_std\":[1e-300,1,1]", "image_std")]
    [InlineData("\"image_std\":[1e-30,1,1]", "image_std")]
    [InlineData("\"image_mean\":[1e300,1,1]", "image_mean")]
    [InlineData("\"do_pad\":true,\"do_pad\":false", "do_pad")]
    [InlineData("\"\\ud800\":1", "surrogate")]
    [InlineData("\"x\":\"\\udc00\"", "surrogate")]
    public void A_value_out_of_its_range_is_named(string keys, string said)
    {
        var before = GC.GetTotalAllocatedBytes();
        var error = Assert.Throws<MediaException>(() => ImageProcessorConfig.Parse(Encoding.UTF8.GetBytes($"{{\"image_processor_type\":\"CLIPImageProcessor\",{keys}}}")));
        Assert.Contains(said, error.Message);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 10 << 20);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        byte[] json = [0xEF, 0xBB, 0xBF, .. "{\"image_processor_type\":\"CLIPImageProcessor\",\"size\":7}"u8];
        Assert.Equal(ImageSize.Shortest(7), ImageProcessorConfig.Parse(json).Size);
    }

    [Theory]
    [InlineData(1, 100_000)]
    [InlineData(100_000, 1)]
    public void An_image_that_the_resize_rule_would_blow_up_is_refused_with_the_number(int width, int height)
    {
        var image = new RgbImage(width, height);
        var before = GC.GetTotalAllocatedBytes();
        var error = Assert.Throws<MediaException>(() => PillowResize.Resize(image, width == 1 ? 336 : 33_600_000, width == 1 ? 33_600_000 : 336, ResizeFilter.Bicubic));
        Assert.Contains($"{width} × {height}", error.Message);
        Assert.Contains("33600000", error.Message);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 10 << 20);
    }

    [Fact]
    public void The_native_library_is_looked_for_in_the_programs_own_checkout_alone()
    {
        var folder = Directory.CreateTempSubdirectory("praline-native-");
        try
        {
            var program = Directory.CreateDirectory(Path.Combine(folder.FullName, "some", "program")).FullName;
            Directory.CreateDirectory(Path.Combine(folder.FullName, "artifacts", "native"));
            Assert.Equal([Path.Combine(program, "libpraline_media.so")], NativeLibraryLoader.Candidates(program, null));

            var checkout = Directory.CreateDirectory(Path.Combine(folder.FullName, "checkout", "artifacts", "bin", "X", "release")).FullName;
            Assert.Single(NativeLibraryLoader.Candidates(checkout, null));
            File.WriteAllText(Path.Combine(folder.FullName, "checkout", "Praline.slnx"), "");
            Assert.Equal(Path.Combine(folder.FullName, "checkout", "artifacts", "native", "libpraline_media.so"), NativeLibraryLoader.Candidates(checkout, null).Last());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
