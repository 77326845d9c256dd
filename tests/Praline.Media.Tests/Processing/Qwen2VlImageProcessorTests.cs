namespace Praline.Media.Tests;

public class Qwen2VlImageProcessorTests
{
    [Theory]
    // Worked out by hand from the rule, factor 28, bounds 56² and 28²·1280 (1003520) unless said.
    [InlineData(100, 100, 3136, 1003520, 112, 112)] // 100/28 = 3.57 -> 4
    [InlineData(42, 70, 3136, 1003520, 56, 56)] // halves go to even: 1.5 -> 2, 2.5 -> 2
    [InlineData(10, 1000, 3136, 1003520, 28, 560)] // 10/28 rounds to 0, too small; sqrt(3136/10000) = 0.56: ceil(0.2)=1, ceil(20)=20
    [InlineData(1080, 1920, 3136, 1003520, 728, 1316)] // sqrt(2073600/1003520) = 1.43748: floor(26.83)=26, floor(47.70)=47
    [InlineData(28, 28, 3136, 1003520, 56, 56)] // too small: sqrt(4) = 2
    public void SmartResizeFollowsTheRule(int height, int width, long least, long most, int newHeight, int newWidth) =>
        Assert.Equal((newHeight, newWidth), Qwen2VlImageProcessor.SmartResize(height, width, 28, least, most));

    [Fact]
    public void TooNarrowImagesAreErrors() =>
        Assert.Throws<ArgumentException>(() => Qwen2VlImageProcessor.SmartResize(1, 201, 28, 3136, 1003520));

    [Fact]
    public void PatchesComeInBlocksThatTheModelMerges()
    {
        // patch 2, merge 2, 2 frames per patch: an 8x4 image is a grid of 2x4 patches in two blocks of 2x2.
        var processor = new Qwen2VlImageProcessor(new ImageProcessorConfig
        {
            Type = "Qwen2VLImageProcessor",
            PatchSize = 2,
            MergeSize = 2,
            TemporalPatchSize = 2,
            MinPixels = 1,
            MaxPixels = 1000,
            DoRescale = false,
            DoNormalize = false,
        });
        var first = Numbered(8, 4, 0);
        var (image, grid) = processor.Process(first);
        Assert.Equal((1, 2, 4), grid);
        Assert.Equal([8, 24], image.Shape);

        // The order of patches, as (row, column): first block left, then right. Each patch: channel, frame, row, column.
        (int Y, int X)[] order = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3)];
        var frames = new[] { first, Numbered(8, 4, 100), Numbered(8, 4, 50) };
        var (video, videoGrid) = processor.Process(frames);
        Assert.Equal((2, 2, 4), videoGrid);  // the third frame is repeated
        for (var time = 0; time < 2; time++)
        {
            for (var patch = 0; patch < 8; patch++)
            {
                var expected = new List<float>();
                for (var c = 0; c < 3; c++)
                {
                    foreach (var frame in new[] { frames[time * 2], frames[Math.Min((time * 2) + 1, 2)] })
                    {
                        foreach (var (y, x) in new[] { (0, 0), (0, 1), (1, 0), (1, 1) })
                        {
                            expected.Add(frame.Row((order[patch].Y * 2) + y)[(((order[patch].X * 2) + x) * 3) + c]);
                        }
                    }
                }

                Assert.Equal(expected, video.Entry((time * 8) + patch).ToArray());
            }
        }

        // A single image stands for all frames of its patches.
        Assert.Equal(processor.Process([first, first]).Pixels.Data, image.Data);
    }

    [Fact]
    public void FramesOfDifferentSizesAreNoVideo()
    {
        var processor = new Qwen2VlImageProcessor(new ImageProcessorConfig { Type = "Qwen2VLImageProcessor" });
        Assert.Throws<ArgumentException>(() => processor.Process([new RgbImage(60, 60), new RgbImage(60, 61)]));
        Assert.Throws<ArgumentException>(() => processor.Process([]));
    }

    private static RgbImage Numbered(int width, int height, int offset)
    {
        var image = new RgbImage(width, height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i + offset);
        }

        return image;
    }
}
