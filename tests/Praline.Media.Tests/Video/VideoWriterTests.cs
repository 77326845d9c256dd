namespace Praline.Media.Tests;

public class VideoWriterTests
{
    [Fact]
    public void EveryFrameComesBackInItsPlaceAndLooksTheSame()
    {
        using var folder = TestFiles.Temporary();
        VideoWriter.Write(folder["a.mp4"], Enumerable.Range(0, 70).Select(i => TestVideos.Frame(i)), fps: 12.5, keyframeInterval: 30);
        using var video = VideoFile.Open(folder["a.mp4"]);
        Assert.Equal((70, 128, 96, 12.5), (video.Info.FrameCount, video.Info.Width, video.Info.Height, video.Info.AverageFps));
        Assert.Equal(70 / 12.5, video.Info.DurationSeconds, 6);
        var number = 0;
        foreach (var frame in video.ReadAllFrames())
        {
            Assert.Equal(number, TestVideos.NumberOf(frame));
            Assert.True(MeanDifference(frame, TestVideos.Frame(number)) < 3.5);
            number++;
        }

        Assert.Equal(70, number);
        Assert.Equal(["a.mp4"], folder.Files);
    }

    [Fact]
    public void TheSameFramesGiveTheSameBytes()
    {
        using var folder = TestFiles.Temporary();
        foreach (var name in new[] { "a.mp4", "b.mp4" })
        {
            VideoWriter.Write(folder[name], Enumerable.Range(0, 40).Select(i => TestVideos.Frame(i)), fps: 10);
        }

        Assert.Equal(File.ReadAllBytes(folder["a.mp4"]), File.ReadAllBytes(folder["b.mp4"]));
    }

    [Fact]
    public void APictureThatIsHeldIsTheSameAsItsCopies()
    {
        using var folder = TestFiles.Temporary();
        RgbImage[] two = [TestVideos.Frame(1), TestVideos.Frame(2)];
        VideoWriter.Write(folder["held.mp4"], Enumerable.Range(0, 12).Select(i => two[i / 6]), 10);
        VideoWriter.Write(folder["copies.mp4"], Enumerable.Range(0, 12).Select(i => TestVideos.Frame(1 + (i / 6))), 10);
        Assert.Equal(File.ReadAllBytes(folder["copies.mp4"]), File.ReadAllBytes(folder["held.mp4"]));
    }

    [Fact]
    public void OddOrChangingSizesAndNoFramesAreErrorsThatLeaveNothingBehind()
    {
        using var folder = TestFiles.Temporary();
        var odd = Assert.Throws<MediaException>(() => VideoWriter.Write(folder["a.mp4"], [new RgbImage(15, 16)], 10));
        Assert.Contains("found 15x16", odd.Message);
        var changed = Assert.Throws<MediaException>(
            () => VideoWriter.Write(folder["a.mp4"], [new RgbImage(16, 16), new RgbImage(18, 16)], 10));
        Assert.Contains("frames of 16x16 like the first, found one of 18x16", changed.Message);
        Assert.Throws<MediaException>(() => VideoWriter.Write(folder["a.mp4"], [], 10));
        Assert.Throws<MediaException>(() => VideoWriter.Write(folder["a.mp4"], [new RgbImage(16, 16)], double.NaN));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void AFileThatCanNotBeWrittenIsAClearError()
    {
        var problem = Assert.Throws<MediaException>(() => VideoWriter.Write("/proc/no/such/a.mp4", [new RgbImage(16, 16)], 10));
        Assert.Contains("/proc/no/such/a.mp4", problem.Message);
    }

    private static double MeanDifference(RgbImage a, RgbImage b) =>
        a.Pixels.Zip(b.Pixels).Average(pair => Math.Abs(pair.First - pair.Second));
}
