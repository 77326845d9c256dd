using System.Security.Cryptography;
using System.Text.Json;

namespace Praline.Media.Tests;

public class PillowResizeTests
{
    [Fact]
    public void EveryFilterAndSizeEqualsPillow()
    {
        // MD5 of Image.resize((w, h), filter).tobytes() of Pillow 9.4.0, for images whose byte i is (i * 7919 + i² * 31) >> 3 modulo 256.
        foreach (var entry in JsonDocument.Parse(File.ReadAllText(TestFiles.Expected("resize_pillow94.json"))).RootElement.EnumerateArray())
        {
            var numbers = Enumerable.Range(0, 5).Select(i => entry[i].GetInt32()).ToArray();
            var image = new RgbImage(numbers[0], numbers[1]);
            for (long i = 0; i < image.Pixels.Length; i++)
            {
                image.Pixels[i] = (byte)(((i * 7919) + (i * i * 31)) >> 3);
            }

            var resized = PillowResize.Resize(image, numbers[2], numbers[3], (ResizeFilter)numbers[4]);
            Assert.Equal((entry.ToString(), entry[5].GetString()), (entry.ToString(), Convert.ToHexStringLower(MD5.HashData(resized.Pixels))));
        }
    }

    [Fact]
    public void OneColourStaysWhatItIs()
    {
        var image = new RgbImage(37, 23);
        image.Pixels.AsSpan().Fill(201);
        foreach (var filter in Enum.GetValues<ResizeFilter>())
        {
            Assert.Equal(-1, PillowResize.Resize(image, 64, 11, filter).Pixels.AsSpan().IndexOfAnyExcept((byte)201));
        }
    }

    [Fact]
    public void SizesBelowOneAreErrors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PillowResize.Resize(new RgbImage(2, 2), 0, 1, ResizeFilter.Bicubic));
        Assert.Throws<ArgumentOutOfRangeException>(() => PillowResize.Resize(new RgbImage(2, 2), 1, -1, ResizeFilter.Bicubic));
    }
}
