using Praline.Data;
using Praline.Json;
using Praline.Media;

namespace Praline.Preferences.Tests;

/// <summary>Ranges worked out by hand.</summary>
public sealed class ClipRangesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // 25 frames a second, 10 s a clip: 250 frames each; a rest of 5 s or more is a clip of its own.
    [Theory]
    [InlineData(750, 30, "[0, 249] [250, 499] [500, 749]")]
    [InlineData(600, 24, "[0, 249] [250, 599]")]
    [InlineData(625, 25, "[0, 249] [250, 499] [500, 624]")]
    [InlineData(100, 4, "[0, 99]")]
    [InlineData(1, 0.04, "[0, 0]")]
    public void Fixed_seconds(int frames, double duration, string expected) =>
        Assert.Equal(expected, string.Join(' ', ClipRanges.Fixed(frames, duration, 10)));

    [Theory]
    [InlineData("30:50 60:90", 2, 16, "[10, 29] [30, 59] [60, 99]")]
    [InlineData("30:50 60:90 80:40", 2, 3, "[10, 29] [30, 59] [60, 99]")] // the weakest cut goes
    [InlineData("", 2, 16, "[10, 54] [55, 99]")] // the longest scene is halved
    [InlineData("80:90", 3, 16, "[10, 44] [45, 79] [80, 99]")]
    [InlineData("5:90 10:90 120:90", 1, 16, "[10, 99]")] // cuts outside, and one at the first frame, cut nothing
    public void Scenes(string cuts, int fewest, int most, string expected) => Assert.Equal(
        expected,
        string.Join(' ', ClipRanges.Scenes(
            10, 99, cuts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => new SceneCut(int.Parse(c.Split(':')[0]), int.Parse(c.Split(':')[1]))), fewest, most)));

    [Fact]
    public void No_more_scenes_than_frames() => Assert.Equal("[3, 3] [4, 4]", string.Join(' ', ClipRanges.Scenes(3, 4, [], 5, 16)));

    [Fact]
    public async Task Stage_cuts_at_scenes_within_the_range_of_a_manifest()
    {
        VideoWriter.Write(_folder["videos", "v.mp4"], Enumerable.Range(0, 60).Select(f => Grey((byte)(f < 20 ? 20 : f < 45 ? 200 : 90))), 10);
        var stage = new ClipStage(new MediaVideoProbe()) { Options = new ClipOptions { Mode = ClipMode.Scenes } };
        await stage.RunAsync(
            _folder["videos"], [new VideoItem(0, "all", "v.mp4"), new VideoItem(1, "part", "v.mp4", Range: new FrameRange(30, 59))],
            _folder["clips.jsonl"], new StageRunOptions());
        var clips = JsonLines.Read<ClipRow>(_folder["clips.jsonl"]);
        Assert.Equal("[0, 19] [20, 44] [45, 59]", string.Join(' ', clips.Where(c => c.VideoName == "all").Select(c => c.FrameRange)));
        Assert.Equal("[30, 44] [45, 59]", string.Join(' ', clips.Where(c => c.VideoName == "part").Select(c => c.FrameRange)));
    }

    private static RgbImage Grey(byte value)
    {
        var image = new RgbImage(64, 48);
        image.Pixels.AsSpan().Fill(value);
        return image;
    }
}
