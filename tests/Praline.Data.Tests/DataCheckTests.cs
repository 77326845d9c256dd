using Praline.Testing;

namespace Praline.Data.Tests;

public sealed class DataCheckTests : IDisposable
{
    private const string Good = """{"prompt":"<video>What?","chosen":"A red circle moves.","rejected":"A blue square stops.","videos":["a.mp4"]}""";

    private readonly TemporaryFolder _folder = new();

    public DataCheckTests() => File.WriteAllText(_folder["a.mp4"], "");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Good_file_is_good()
    {
        var result = Check(Good);
        Assert.True(result.IsGood);
        Assert.Equal((1, 1), (result.Rows, result.Good));
        Assert.Equal(1, result.Formats["trl"]);
        Assert.Empty(result.Problems);
    }

    [Fact]
    public void A_text_file_is_no_video()
    {
        File.WriteAllText(_folder["a.mp4"], "root:x:0:0:root:/root:/bin/bash\n");
        var problem = Assert.Single(Check(Good, Good.Replace("What", "Who", StringComparison.Ordinal)).Problems); // once, however many rows name it
        Assert.Contains("a text file", problem.ToString());
        Assert.True(problem.IsError);
    }

    [Theory]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":3}""", "rejected", "expected a text, found 3")]
    [InlineData("""{"prompt":"p","chosen":"","rejected":"y"}""", "chosen", "empty")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"x "}""", "rejected", "the same one twice")]
    [InlineData("""{"prompt":"<video>p","chosen":"x","rejected":"y","videos":["a.mp4","b.mp4"]}""", "videos", "1 <video> and 2 files")]
    [InlineData("""{"prompt":"<image>p","chosen":"x","rejected":"y"}""", "images", "1 <image> and 0 files")]
    [InlineData("""{"prompt":"p","chosen":"x <image>","rejected":"y"}""", "chosen", "a mark for a medium")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","score_chosen":1,"score_rejected":2}""", "chosen", "1 against 2")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","score_chosen":1e999,"score_rejected":2}""", "score_chosen", "a finite number")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","chosen":"z"}""", "chosen", "the field twice")]
    [InlineData("""{"prompt":"p \ud800","chosen":"x","rejected":"y"}""", "prompt", "half of a surrogate pair")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","vid":"a.mp4"}""", "vid", "looks like media")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","video_id":"1017768724"}""", "video_id", "looks like media")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","image":"../../a.png"}""", "image", "lies outside")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","image":"https://a.b/c.png"}""", "image", "the URL https://a.b/c.png")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","tools":"[1]"}""", "tools", "tools for the model to call")]
    [InlineData("""{"messages":[{"role":"user","content":"q"}],"rejected_response":"y"}""", "messages", "one of the user")]
    [InlineData("""{"conversations":[{"from":"robot","value":"q"}],"chosen":{"from":"gpt","value":"x"},"rejected":{"from":"gpt","value":"y"}}""", "conversations[0].from", "robot")]
    [InlineData("""{"text":"hello"}""", "", "the fields of a known format")]
    [InlineData("""{"prompt":"p","cho""", "", "expected one JSON object, found something else at byte 19")]
    [InlineData("""[1]""", "", "expected a JSON object")]
    public void Problem_is_named_with_line_field_and_remedy(string row, string field, string problem)
    {
        var result = Check(Good, row, Good.Replace("What", "Who"));
        Assert.False(result.IsGood);
        Assert.Equal((3, 2), (result.Rows, result.Good));
        var found = Assert.Single(result.Problems, p => p.IsError);
        Assert.Equal((2, field), (found.Source.Line, found.Field));
        Assert.Contains(problem, found.What);
        Assert.NotEmpty(found.Remedy);
    }

    [Fact]
    public void Several_problems_are_all_told()
    {
        var result = Check("{", """{"prompt":"p","chosen":"","rejected":""}""", "[]");
        Assert.True(result.Problems.Count(p => p.IsError) >= 4);
        Assert.Equal(0, result.Good);
    }

    [Fact]
    public void Missing_media_near_duplicates_repeated_rows_and_unused_fields_are_found()
    {
        var near = """{"prompt":"p","chosen":"A red circle moves.","rejected":"the red circle moves","model":"m"}""";
        var result = Check(Good, Good, Good.Replace("a.mp4", "gone.mp4"), near);
        Assert.Contains("no file gone.mp4", Assert.Single(result.Problems, p => p.IsError).What);
        Assert.Equal(["the same row as " + _folder["data.jsonl"] + ", line 1", "two that are nearly the same", "one that is not used (in 1 rows)"],
            result.Problems.Where(p => !p.IsError).Select(p => p.Found));
    }

    [Fact]
    public void Sequences_that_are_too_long_are_found_before_training()
    {
        var options = new DataCheckOptions { MaxLength = 100, Tokens = s => s.Turns[0].Text.Contains("long") ? (120, 150) : (50, s.Answers[0].Text.Length) };
        var result = Check(options, Good, Good.Replace("What", "long"), Good.Replace("A red circle moves.", new string('x', 130)));
        Assert.Equal(["120 visual tokens alone", "130"], result.Problems.Select(p => p.Found));
        Assert.Contains("--token-kept-ratio", result.Problems[1].Remedy);
    }

    [Fact]
    public void Array_is_checked_like_lines()
    {
        File.WriteAllText(_folder["data.json"], $"[\n{Good},\n{Good.Replace("\"chosen\"", "\"chosn\"")}\n]");
        var result = DataCheck.Run(DataSet.Open(_folder["data.json"]));
        Assert.Equal((2, 1), (result.Rows, result.Good));
        Assert.Equal(2, result.Problems.Single().Source.Item);
        File.WriteAllText(_folder["empty.jsonl"], "\n");
        Assert.Contains("at least one row", DataCheck.Run(DataSet.Open(_folder["empty.jsonl"])).Problems.Single().Expected);
    }

    private DataCheckResult Check(params string[] rows) => Check(new DataCheckOptions(), rows);

    private DataCheckResult Check(DataCheckOptions options, params string[] rows)
    {
        File.WriteAllText(_folder["data.jsonl"], string.Join('\n', rows) + "\n");
        return DataCheck.Run(DataSet.Open(_folder["data.jsonl"]), options);
    }
}
