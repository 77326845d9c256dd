using Praline.Data;
using Praline.Json;
namespace Praline.Preferences.Tests;

public sealed class RowTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_come_back_as_written()
    {
        var clip = new ClipRow { VideoName = "Köln/été 🎬", Video = "Köln/été 🎬.mp4", Question = "What?", Answer = "", FrameRange = new(3, 9), Idx = 1, Idy = 2 };
        var candidates = new LongGenerationRow
        {
            Idx = 4,
            VideoName = "a",
            Video = "a.mp4",
            Question = "\"Q\"",
            Answer = "x",
            Duration = 12.25,
            LongAnswers = ["one\ntwo", "<b>&'"],
            Truncated = [1],
        };
        var pair = new PairRow
        {
            Candidates = candidates,
            PosPre = "one\ntwo",
            PosScore = 13.5,
            NegPre = "<b>&'",
            NegScore = 3.3000000000000003,
            HalluScores = [5, null],
            HarmoScores = [5, 0],
            ConsiScores = [3, 1.5],
        };
        Check(clip);
        Check(new ShortGenerationRow { Idx = 1, VideoName = "a", ShortAnswers = ["x", ""] });
        Check(candidates);
        Check(pair);
        Check(new RejectedRow("clips", "a", "why"));

        void Check<T>(T row)
            where T : IJsonRow<T>
        {
            JsonLines.Write(_folder["rows.jsonl"], [row, row]);
            var back = JsonLines.Read<T>(_folder["rows.jsonl"]);
            Assert.Equal([JsonText.Line(row), JsonText.Line(row)], back.Select(JsonText.Line));
        }
    }

    [Fact]
    public void Utf8_and_scores_stay_readable()
    {
        var line = JsonText.Line(new ShortGenerationRow { Idx = 0, ShortAnswers = ["Schöne Grüße, 世界 <it's>"] });
        Assert.Equal("""{"idx":0,"short_answers":["Schöne Grüße, 世界 <it's>"]}""", line);
    }

    // As Python's json.dump(item, file, ensure_ascii=False) in generate_caption3.py and 4.py writes them.
    [Fact]
    public void Originals_files_are_read()
    {
        var path = _folder.Write("pairs.jsonl",
            """{"idx": 3, "video_name": "v", "question": "q", "answer": "", "duration": 9.5, "long_answers": ["a", "b"], "pos_pre": "a", "pos_score": 12.5, "neg_pre": "b", "neg_score": 8.4, "hallu_scores": [5.0, 4.0], "harmo_scores": [4.0, 3.0], "consi_scores": [3.0, 1.0]}""" + "\n");
        var pair = JsonLines.Read<PairRow>(path).Single();
        Assert.Equal(("a", "b", 12.5, null), (pair.PosPre, pair.NegPre, pair.PosScore, pair.Candidates.Video));
        Assert.Equal(4.1, pair.Gap, 1e-12);
    }

    [Theory]
    [InlineData("""{"idx":0,"short_answers":"x"}""", "field \"short_answers\": expected a list of texts, found \"x\"")]
    [InlineData("""{"idx":0,"short_answers":["x",3]}""", "field \"short_answers[1]\": expected a text, found 3")]
    [InlineData("""{"idx":"0","short_answers":[]}""", "field \"idx\": expected a whole number, found \"0\"")]
    [InlineData("""{"idx":0.5,"short_answers":[]}""", "field \"idx\": expected a whole number, found 0.5")]
    [InlineData("""{"short_answers":[]}""", "field \"idx\": expected a whole number, but the field is missing. Fields here: short_answers")]
    [InlineData("""[1]""", "expected a JSON object")]
    [InlineData("""{"idx":0,"short_ans""", "expected one JSON object a line")]
    public void Wrong_lines_are_named(string line, string expected)
    {
        var path = _folder.Write("short.jsonl", """{"idx":0,"short_answers":[]}""" + "\n\n" + line + "\n");
        var error = Assert.Throws<PralineException>(() => JsonLines.Read<ShortGenerationRow>(path));
        Assert.Contains("short.jsonl, line 3", error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("[5,4]")]
    [InlineData("[1,2,3]")]
    [InlineData("[-1,2]")]
    public void Wrong_frame_ranges_are_named(string range)
    {
        var path = _folder.Write("clips.jsonl",
            $$"""{"video_name":"v","question":"q","answer":"","frame_range":{{range}},"idx":0,"idy":0}""");
        Assert.Contains("frame_range", Assert.Throws<PralineException>(() => JsonLines.Read<ClipRow>(path)).Message);
    }

    [Fact]
    public void Missing_file_says_what_to_do() =>
        Assert.Contains("run the stage", Assert.Throws<PralineException>(() => JsonLines.Read<ClipRow>(_folder["none.jsonl"])).Message);
}
