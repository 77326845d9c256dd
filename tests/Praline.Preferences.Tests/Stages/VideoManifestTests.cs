using Praline.Data;
using Praline.Json;
namespace Praline.Preferences.Tests;

public sealed class VideoManifestTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Json_lines_and_csv_say_the_same()
    {
        VideoItem[] expected =
        [
            new(0, "a/x", "a/x.mp4", "What, \"exactly\"?", "known\nanswer", new FrameRange(3, 9)),
            new(1, "mine", "b/x.mp4"),
        ];
        Assert.Equal(expected, VideoManifest.Read(_folder.Write("list.jsonl", """
            {"path": "a/x.mp4", "question": "What, \"exactly\"?", "answer": "known\nanswer", "frame_range": [3, 9]}
            {"path": "b/x.mp4", "id": "mine"}
            """)));
        Assert.Equal(expected, VideoManifest.Read(_folder.Write("list.csv",
            "path,id,question,frame_range,answer\r\na/x.mp4,,\"What, \"\"exactly\"\"?\",3-9,\"known\r\nanswer\"\r\n\r\nb/x.mp4,mine,,,\r\n")));
    }

    [Theory]
    [InlineData("list.jsonl", "{\"path\": \"a.mp4\"}\n{\"pfad\": \"b.mp4\"}", "line 2, field \"path\"")]
    [InlineData("list.jsonl", "{\"path\": \"a.mp4\", \"frame_range\": [9, 3]}", "frame_range")]
    [InlineData("list.jsonl", "{\"path\": \"a.mp4\"}\n{\"path\": \"a.mp4\"}", "was listed before")]
    [InlineData("list.csv", "file,question\na.mp4,x", "expected a header with path")]
    [InlineData("list.csv", "path,question\na.mp4,x,y", "line 2: expected 2 cells, found 3")]
    [InlineData("list.csv", "path,question\na.mp4,\"x", "line 2: a quote is opened")]
    [InlineData("list.csv", "path,frame_range\na.mp4,late", "column frame_range")]
    [InlineData("list.csv", "path\n", "lists no video")]
    public void Mistakes_are_named(string name, string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<PralineException>(() => VideoManifest.Read(_folder.Write(name, text))).Message);

    [Fact]
    public async Task Frame_range_limits_the_clips_and_a_missing_file_is_listed()
    {
        FactVideo.WriteFolder(_folder["videos"], 2);
        var list = _folder.Write("list.csv", "path,frame_range,question\nvideo001.mp4,20-79,Why?\ngone.mp4,,\nvideo000.mp4,0-999,\n");
        var summary = await new ClipStage(new FactProbe()).RunAsync(
            _folder["videos"], VideoManifest.Read(list), _folder["clips.jsonl"], new StageRunOptions());
        Assert.Equal(["gone", "video000"], summary.Rejected.Select(r => r.Item));
        var clips = JsonLines.Read<ClipRow>(_folder["clips.jsonl"]);

        // 60 of 110 frames of 11 seconds are 6 seconds: two clips.
        Assert.Equal("[20, 50] [50, 79]", string.Join(' ', clips.Select(c => c.FrameRange)));
        Assert.All(clips, c => Assert.Equal("Why?", c.Question));
    }
}
