namespace Praline.Media.Tests;

public class SceneCutsTests
{
    // Worked out by hand from OpenCV's 8-bit HSV (hue 0 to 179): the mean of three channels' absolute differences.
    [Theory]
    [InlineData(255, 0, 0, 0, 0, 255, 40)] // hue 0 to 120, saturation and value stay: 120 / 3
    [InlineData(0, 0, 0, 255, 255, 255, 85)] // value 0 to 255: 255 / 3
    [InlineData(255, 255, 255, 0, 255, 0, 105)] // hue 0 to 60, saturation 0 to 255: 315 / 3
    [InlineData(200, 100, 100, 100, 50, 50, 100 / 3.0)] // half as bright: only value, 200 to 100
    public void Difference_is_that_of_hue_saturation_and_value(byte r, byte g, byte b, byte r2, byte g2, byte b2, double expected) =>
        Assert.Equal(expected, SceneCuts.Difference(Plain(r, g, b), Plain(r2, g2, b2)), 1e-9);

    // A grey step of 81 scores 27 and is a cut at PySceneDetect's threshold, one of 80 scores less.
    [Fact]
    public void A_cut_is_where_the_threshold_is_reached()
    {
        Assert.Equal(20, SceneCuts.Find(Scenes((20, 100), (20, 181))).Single().Frame);
        Assert.Empty(SceneCuts.Find(Scenes((20, 100), (20, 180))));
        Assert.Equal([20, 40], SceneCuts.Find(Scenes((20, 0), (20, 200), (20, 50))).Select(c => c.Frame));
    }

    [Fact]
    public void Scenes_are_not_shorter_than_asked() =>
        Assert.Equal([20], SceneCuts.Find(Scenes((20, 0), (5, 200), (20, 50)), minFrames: 15).Select(c => c.Frame));

    [Fact]
    public void Cuts_of_a_written_video_are_found_where_they_were_made()
    {
        using var folder = TestFiles.Temporary();
        VideoWriter.Write(folder["a.mp4"], Scenes((30, 30), (25, 220), (20, 90)), fps: 10);
        using var video = VideoFile.Open(folder["a.mp4"]);
        Assert.Equal([30, 55], SceneCuts.Find(video.ReadAllFrames()).Select(c => c.Frame));
    }

    private static IEnumerable<RgbImage> Scenes(params (int Frames, byte Grey)[] scenes) =>
        scenes.SelectMany(s => Enumerable.Range(0, s.Frames).Select(_ => Plain(s.Grey, s.Grey, s.Grey)));

    private static RgbImage Plain(byte red, byte green, byte blue)
    {
        var image = new RgbImage(64, 48);
        for (var i = 0; i < image.Pixels.Length; i += 3)
        {
            (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (red, green, blue);
        }

        return image;
    }
}
