namespace Praline.Preferences.Tests;

public sealed class DataCheckTests : IDisposable
{
    private const string Good = """{"prompt":"<video>What?","chosen":"A red circle moves.","rejected":"A blue square stops.","videos":["a.mp4"]}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Good_file_is_good()
    {
        var result = Check(Good);
        Assert.True(result.IsGood);
        Assert.Equal((1, 1), (result.Rows, result.Good));
        Assert.Equal(1, result.Formats[PreferenceFormat.Trl]);
        Assert.Empty(result.Problems);
    }

    [Theory]
    [InlineData("""{"prompt":"p","chosen":"x"}""", "rejected", "expected a text, but the field is missing")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":3}""", "rejected", "expected a text, found 3")]
    [InlineData("""{"prompt":"p","chosen":"","rejected":"y"}""", "chosen", "empty")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"x "}""", "rejected", "the same")]
    [InlineData("""{"prompt":"<video>p","chosen":"x","rejected":"y","videos":["a.mp4","b.mp4"]}""", "videos", "has 1 <video>, the row names 2")]
    [InlineData("""{"prompt":"p","chosen":"x","rejected":"y","score_chosen":1,"score_rejected":2}""", "chosen", "lower score")]
    [InlineData("""{"messages":[{"role":"user","content":"q"}],"rejected_response":"y"}""", "messages", "user last")]
    [InlineData("""{"conversations":[{"from":"robot","value":"q"}],"chosen":{"value":"x"},"rejected":{"value":"y"}}""", "conversations[0]", "robot")]
    [InlineData("""{"text":"hello"}""", "", "no known format")]
    [InlineData("""{"prompt":"p","cho""", "", "expected one JSON object a line")]
    public void Problem_is_named_with_line_field_and_remedy(string row, string field, string problem)
    {
        var result = Check(Good, row, Good.Replace("What", "Who"));
        Assert.False(result.IsGood);
        Assert.Equal((3, 2), (result.Rows, result.Good));
        var found = Assert.Single(result.Problems, p => p.IsError);
        Assert.EndsWith("data.jsonl, line 2", found.Place);
        Assert.Equal(field, found.Field);
        Assert.Contains(problem, found.Problem);
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
    public void Missing_media_near_duplicates_and_repeated_rows_are_found()
    {
        _folder.Write("media/a.mp4", "");
        var near = """{"prompt":"p","chosen":"A red circle moves.","rejected":"the red circle moves"}""";
        var options = new DataCheckOptions { MediaFolder = _folder["media"] };
        var result = DataCheck.Run(Write(Good, Good, Good.Replace("a.mp4", "gone.mp4"), near), options);
        Assert.Equal("There is no file gone.mp4 in " + _folder["media"] + ".", Assert.Single(result.Problems, p => p.IsError).Problem);
        Assert.Equal(["The same row as " + _folder["data.jsonl"] + ", line 1.", "Both answers are nearly the same."],
            result.Problems.Where(p => !p.IsError).Select(p => p.Problem));
    }

    [Fact]
    public void Truncated_vision_tokens_are_found_before_training()
    {
        var options = new DataCheckOptions { MaxLength = 100, Tokens = s => s.Prompt[0].Text.Contains("long") ? (120, 150) : (50, s.Chosen.Length) };
        var result = DataCheck.Run(Write(Good, Good.Replace("What", "long"), Good.Replace("A red circle moves.", new string('x', 130))), options);
        Assert.Equal(2, result.Problems.Count);
        Assert.Contains("of its 120 visual tokens 20 and the whole text would be cut off", result.Problems[0].Problem);
        Assert.Contains("its end would be cut off", result.Problems[1].Problem);
        Assert.Contains("--token-kept-ratio", result.Problems[1].Remedy);
    }

    [Fact]
    public void Array_is_checked_like_lines()
    {
        var path = _folder.Write("data.json", $"[\n{Good},\n{Good.Replace("\"chosen\"", "\"chosn\"")}\n]");
        var result = DataCheck.Run(path);
        Assert.Equal((2, 1), (result.Rows, result.Good));
        Assert.Contains("item 2", result.Problems.Single().Place);
        Assert.Contains("no row", DataCheck.Run(_folder.Write("empty.jsonl", "\n")).Problems.Single().Problem);
    }

    private DataCheckResult Check(params string[] rows) => DataCheck.Run(Write(rows));

    private string Write(params string[] rows) => _folder.Write("data.jsonl", string.Join('\n', rows) + "\n");
}
