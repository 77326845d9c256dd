using System.Security.Cryptography;
using System.Text.Json;

namespace Praline.Media.Tests;

public class ImageFileTests
{
    private static JsonElement Pillow => JsonDocument.Parse(File.ReadAllText(TestFiles.Expected("images_pillow94.json"))).RootElement;

    [Fact]
    public void EverySampleEqualsPillow() => AssertEqualsPillow("samples", TestFiles.Sample("images"));

    [Fact]
    public void EverySharedImageEqualsPillow()
    {
        if (TestFiles.Shared("images") is { } folder)
        {
            AssertEqualsPillow("shared", folder);
        }
    }

    [Fact]
    public void SixteenBitGreyKeepsItsUpperByte()
    {
        // The file is coins.png, re-encoded: each grey level is kept in the upper byte.
        if (TestFiles.Shared("images") is { } folder)
        {
            Assert.Equal(
                ImageFile.Open(Path.Combine(folder, "coins.png")), ImageFile.Open(Path.Combine(folder, "coins_16bit_gray.png")));
        }
    }

    [Fact]
    public void WhatIsWrittenAsPngComesBack()
    {
        using var folder = TestFiles.Temporary();
        var image = TestVideos.Frame(77, 131, 57);
        ImageFile.WritePng(folder["sub/a.png"], image);
        Assert.Equal(image, ImageFile.Open(folder["sub/a.png"]));
    }

    [Theory]
    [InlineData("m_RGB.png", 200, "pixels end early")]
    [InlineData("raw_6_16_1_21x13.png", 300, "pixels end early")]
    [InlineData("j20.jpg", 700, "JPEG: Premature end of JPEG file")]
    [InlineData("q.webp", 300, "WebP: the data ends early")]
    [InlineData("anim.webp", 200, "WebP: the data ends early")]
    [InlineData("a.gif", 300, "ends early")]
    public void CutOffImagesSayThatTheyEndEarly(string name, int length, string reason)
    {
        var bytes = File.ReadAllBytes(Path.Combine(TestFiles.Sample("images"), name));
        Assert.True(bytes.Length > length);
        var problem = Assert.Throws<MediaException>(() => ImageFile.Decode(bytes.AsSpan(0, length), name));
        Assert.Contains(reason, problem.Message);
    }

    [Fact]
    public void DamagedAndForeignFilesSayWhatTheyAre()
    {
        using var folder = TestFiles.Temporary();
        File.WriteAllText(folder["a.png"], "hello");
        Assert.Contains("none of these, by its first bytes", Assert.Throws<MediaException>(() => ImageFile.Open(folder["a.png"])).Message);
        Assert.Contains("no such file", Assert.Throws<MediaException>(() => ImageFile.Open(folder["b.png"])).Message);
        var flipped = File.ReadAllBytes(Path.Combine(TestFiles.Sample("images"), "m_RGB.png"));
        flipped[^30] ^= 1;
        Assert.Contains("IDAT chunk is damaged", Assert.Throws<MediaException>(() => ImageFile.Decode(flipped)).Message);
        if (TestFiles.Shared("images", "damaged", "truncated.png") is { } truncated)
        {
            Assert.Contains("pixels end early", Assert.Throws<MediaException>(() => ImageFile.Open(truncated)).Message);
        }
    }

    [Fact]
    public void AbsurdSizesAreRefusedBeforeMemoryIsSpent()
    {
        // A PNG header that promises 2^31-1 squared pixels, and a GIF of 65535 squared.
        byte[] header = [.. "IHDR"u8, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 8, 2, 0, 0, 0];
        var checksum = Crc32.Of(header, []);
        byte[] png = [
            .. PngDecoder.Signature, 0, 0, 0, 13, .. header,
            (byte)(checksum >> 24), (byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum];
        Assert.Contains("2147483647x2147483647", Assert.Throws<MediaException>(() => ImageFile.Decode(png)).Message);
        byte[] gif = [.. "GIF89a"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0];
        Assert.Contains("65535x65535", Assert.Throws<MediaException>(() => ImageFile.Decode(gif)).Message);
    }

    private static void AssertEqualsPillow(string set, string folder)
    {
        foreach (var entry in Pillow.GetProperty(set).EnumerateObject())
        {
            var image = ImageFile.Open(Path.Combine(folder, entry.Name));
            Assert.Equal(
                (entry.Name, entry.Value[0].GetInt32(), entry.Value[1].GetInt32(), entry.Value[2].GetString()),
                (entry.Name, image.Width, image.Height, Convert.ToHexStringLower(MD5.HashData(image.Pixels))));
        }
    }
}
