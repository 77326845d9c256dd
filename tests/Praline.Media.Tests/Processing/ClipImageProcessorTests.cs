namespace Praline.Media.Tests;

public class ClipImageProcessorTests
{
    private static readonly ImageProcessorConfig Plain = new() { DoRescale = false, DoNormalize = false };

    [Fact]
    public void ASmallImageIsCentredOnBlack()
    {
        // By hand: 3x2 in a 6x5 cut is padded by 2 above (5-2=3, rounded up) and 2 on the left (6-3=3, rounded up).
        var image = new RgbImage(3, 2);
        image.Pixels.AsSpan().Fill(9);
        var cut = ImageCrop.Center(image, 5, 6);
        for (var y = 0; y < 5; y++)
        {
            for (var x = 0; x < 6; x++)
            {
                Assert.Equal(x is >= 2 and < 5 && y is 2 or 3 && x is >= 2 and < 5 ? 9 : 0, cut.Row(y)[x * 3]);
            }
        }
    }

    [Fact]
    public void ALargeImageIsCutRoundedDown()
    {
        // By hand: (7-4)/2 = 1 from the left, (5-2)/2 = 1 from the top.
        var image = new RgbImage(7, 5);
        for (var i = 0; i < 35; i++)
        {
            image.Pixels[i * 3] = (byte)i;
        }

        var cut = ImageCrop.Center(image, 2, 4);
        Assert.Equal([8, 9, 10, 11, 15, 16, 17, 18], Enumerable.Range(0, 8).Select(i => (int)cut.Pixels[i * 3]));
    }

    [Fact]
    public void ChannelsBecomePlanesAndStepsCanBeTurnedOff()
    {
        var image = new RgbImage(2, 1, [1, 2, 3, 4, 5, 6]);
        var pixels = new ClipImageProcessor(Plain with { DoResize = false, DoCenterCrop = false }).Process(image);
        Assert.Equal([1, 3, 1, 2], pixels.Shape);
        Assert.Equal([1f, 4, 2, 5, 3, 6], pixels.Data);
        var rescaled = new ClipImageProcessor(Plain with { DoResize = false, DoCenterCrop = false, DoRescale = true, RescaleFactor = 0.5 });
        Assert.Equal([0.5f, 2, 1, 2.5f, 1.5f, 3], rescaled.Process(image).Data);
    }

    [Fact]
    public void ABatchIsItsImagesOneByOne()
    {
        var processor = ClipImageProcessor.Square(28);
        var images = Enumerable.Range(0, 5).Select(i => TestVideos.Frame(i, 60 + (7 * i), 45)).ToArray();
        var batch = processor.Process(images);
        Assert.Equal([5, 3, 28, 28], batch.Shape);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(batch.Entry(i).SequenceEqual(processor.Process(images[i]).Data));
        }
    }

    [Fact]
    public void ImagesThatComeOutInDifferentSizesAreNoBatch()
    {
        var processor = new ClipImageProcessor(Plain with { DoCenterCrop = false });
        Assert.Contains("one size", Assert.Throws<ArgumentException>(() => processor.Process([new RgbImage(4, 4), new RgbImage(4, 8)])).Message);
        Assert.Throws<ArgumentException>(() => processor.Process([]));
    }

    [Fact]
    public void SiglipSquashesAndLlavaPads()
    {
        var image = new RgbImage(40, 20);
        image.Pixels.AsSpan().Fill(255);
        var siglip = new SiglipImageProcessor(Plain with { Type = "SiglipImageProcessor", Size = ImageSize.Exact(8, 8) });
        Assert.Equal([1, 3, 8, 8], siglip.Process(image).Shape);
        Assert.All(siglip.Process(image).Data, value => Assert.Equal(255, value));

        // expand2square: rows 0-9 and 30-39 hold floor(255 * mean) = 122, 116, 104.
        var llava = new ClipImageProcessor(Plain with { Type = "LlavaImageProcessor", DoPad = true, DoResize = false, DoCenterCrop = false });
        var padded = llava.Prepare(image);
        Assert.Equal((40, 40), (padded.Width, padded.Height));
        Assert.Equal([122, 116, 104], padded.Row(9)[..3].ToArray());
        Assert.Equal([255, 255, 255], padded.Row(10)[..3].ToArray());
        Assert.Equal([122, 116, 104], padded.Row(30)[..3].ToArray());
    }
}
