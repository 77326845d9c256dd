namespace Praline.Preferences.Tests;

public class ClipOptionsTests
{
    // int(duration // 10) + 1, at least 2, at most 16: generate_caption1.py, worked out by hand.
    [Theory]
    [InlineData(0.1, 2)]
    [InlineData(9.99, 2)]
    [InlineData(10, 2)]
    [InlineData(19.99, 2)]
    [InlineData(20, 3)]
    [InlineData(85.3, 9)]
    [InlineData(149.9, 15)]
    [InlineData(150, 16)]
    [InlineData(3600, 16)]
    public void Count_is_the_papers(double duration, int clips) => Assert.Equal(clips, new ClipOptions().CountFor(duration));

    [Fact]
    public void Seconds_per_clip_is_an_option() => Assert.Equal(5, new ClipOptions { SecondsPerClip = 2 }.CountFor(9));

    // total // n frames each, the last to total - 1: worked out by hand.
    [Theory]
    [InlineData(100, 3, "[0, 33] [33, 66] [66, 99]")]
    [InlineData(3, 2, "[0, 1] [1, 2]")]
    [InlineData(1, 2, "[0, 0] [0, 0]")]
    [InlineData(11, 4, "[0, 2] [2, 4] [4, 6] [6, 10]")]
    public void Ranges_are_the_papers(int frames, int clips, string expected) =>
        Assert.Equal(expected, string.Join(' ', ClipRanges.Equal(frames, clips)));

    [Fact]
    public void Same_names_in_different_folders_stay_apart() => Assert.Equal(
        ["a/x", "b/x", "y.mkv", "y.mp4"],
        VideoFolder.Name(["a/x.mp4", "b/x.mp4", "y.mkv", "y.mp4"]).Select(v => v.Name));

    [Fact]
    public void Folder_is_read_in_the_same_order_everywhere()
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "b.mp4", "B.mp4", "a/z.webm", "note.txt", "a.MOV" })
        {
            folder.Write(name, "");
        }

        Assert.Equal(["B.mp4", "a.MOV", "a/z.webm", "b.mp4"], VideoFolder.Scan(folder.Path).Select(v => v.Path));
        Assert.Throws<PralineException>(() => VideoFolder.Scan(folder["none"]));
    }
}
