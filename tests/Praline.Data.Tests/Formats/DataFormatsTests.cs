using Praline.Testing;

namespace Praline.Data.Tests.Formats;

public sealed class DataFormatsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The rows as the projects' own documentation shows them.
    [Theory]
    [InlineData("synpo", """{"idx":0,"video_name":"a","question":"What?","answer":"","long_answers":["good","bad"],"video":"a.mp4","pos_pre":"good","pos_score":9.5,"neg_pre":"bad","neg_score":3,"hallu_scores":[null,null],"harmo_scores":[null,null],"consi_scores":[null,null]}""")]
    [InlineData("trl", """{"prompt":"<video>What?","chosen":"good","rejected":"bad","videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("trl-conversational", """{"prompt":[{"role":"user","content":[{"type":"video"},{"type":"text","text":"What?"}]}],"chosen":[{"role":"assistant","content":[{"type":"text","text":"good"}]}],"rejected":[{"role":"assistant","content":[{"type":"text","text":"bad"}]}],"videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("llama-factory", """{"conversations":[{"from":"human","value":"<video>What?"}],"chosen":{"from":"gpt","value":"good"},"rejected":{"from":"gpt","value":"bad"},"videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("ms-swift", """{"messages":[{"role":"user","content":"<video>What?"},{"role":"assistant","content":"good"}],"rejected_response":"bad","videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("content-parts", """{"chosen_messages":[{"role":"user","content":[{"type":"video"},{"type":"text","value":"What?"}]},{"role":"assistant","content":[{"type":"text","value":"good"}]}],"rejected_messages":[{"role":"user","content":[{"type":"video"},{"type":"text","value":"What?"}]},{"role":"assistant","content":[{"type":"text","value":"bad"}]}],"videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("rlaif-v", """{"question":"<video>What?","chosen":"good","rejected":"bad","videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    public void Every_format_is_written_and_read_back_through_every_other(string format, string row)
    {
        var path = Write("in.jsonl", row + "\n");
        Assert.Equal(format, Read(path).Single().Format);
        foreach (var other in new[] { "synpo", "trl", "trl-conversational", "llama-factory", "ms-swift", "content-parts", "rlaif-v" })
        {
            DataFormats.Write(_folder["other.jsonl"], other, Read(path));
            Assert.Equal(other, Read(_folder["other.jsonl"]).Single().Format);
            DataFormats.Write(_folder["back.jsonl"], format, Read(_folder["other.jsonl"]));
            Assert.Equal(row + "\n", File.ReadAllText(_folder["back.jsonl"]));
        }
    }

    [Fact]
    public void Longer_conversations_go_where_they_fit()
    {
        var path = Write("in.jsonl",
            """{"system":"Be brief.","conversations":[{"from":"human","value":"What? <image>\nIs it?"},{"from":"gpt","value":"A dog."},{"from":"human","value":"Which?"}],"chosen":{"from":"gpt","value":"x"},"rejected":{"from":"gpt","value":"y"},"images":["a.png"]}""");
        var sample = Read(path).Single();
        Assert.Equal(("Be brief.", "What? <image>Is it?"), (sample.System, sample.Turns[0].MarkedText));
        Assert.Equal([Role.User, Role.Assistant, Role.User], sample.Turns.Select(t => t.Role));
        foreach (var format in new[] { "trl-conversational", "ms-swift", "llama-factory", "content-parts" })
        {
            DataFormats.Write(_folder["out.jsonl"], format, [sample]);
            Assert.Equal(sample.Turns, Read(_folder["out.jsonl"]).Single().Turns);
        }

        var error = Assert.Throws<DataException>(() => DataFormats.Write(_folder["plain.jsonl"], "trl", [sample]));
        Assert.Equal(1, error.Problem.Source.Line);
        Assert.Contains("trl-conversational", error.Message);
        Assert.False(File.Exists(_folder["plain.jsonl"]));
    }

    [Theory]
    [InlineData("""{"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"x"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"y"}]}""")]
    [InlineData("""{"prompt":"q","prompt_id":"1","messages":[],"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"x"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"y"}],"score_chosen":8,"score_rejected":7}""")]
    [InlineData("""{"prompt":[{"role":"user","content":"q"}],"chosen":"x","rejected":"y"}""")]
    [InlineData("""{"chosen":"qx","rejected":"qy"}""")]
    [InlineData("""{"instruction":"q","input":"","chosen":"x","rejected":"y"}""")]
    [InlineData("""{"text":"{\"question\": \"q\", \"chosen\": \"x\", \"rejected\": \"y\"}","ds_name":"RLHF-V"}""")]
    [InlineData("""{"question":"q","responses":["y","z","x"],"scores":[1,2,3]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"x"}],"rejected_messages":[{"role":"user","content":"q"},{"role":"assistant","content":"y"}]}""")]
    public void Pairs_in_other_clothes_say_the_same(string row)
    {
        var sample = Read(Write("in.jsonl", row)).Single();
        Assert.Equal(("q", "x", "y"), (sample.Turns.Single().Text, sample.Pair().Chosen.Text, sample.Pair().Rejected.Text));
    }

    [Theory]
    [InlineData("""{"prompt":"q","completion":"x","label":false}""", false)]
    [InlineData("""{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"x"}],"label":true}""", true)]
    [InlineData("""{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"x"}],"kto_tag":true}""", true)]
    [InlineData("""{"question":"q","answer":"x"}""", null)]
    public void Single_answers_are_read_with_their_label(string row, bool? label)
    {
        var sample = Read(Write("in.jsonl", row)).Single();
        Assert.Equal(("q", "x", label), (sample.Turns.Single().Text, sample.Answers.Single().Text, sample.Answers.Single().Label));
    }

    /// <summary>LLaMA-Factory's own list for its demonstration files, whose columns and tags differ.</summary>
    [Fact]
    public void An_entry_of_dataset_info_says_what_columns_and_roles_are_called()
    {
        Write("a.json", """[{"talk":[{"who":"ask","said":"<image>q"}],"good":{"who":"reply","said":"x"},"bad":{"who":"reply","said":"y"},"pics":["a.png"]}]""");
        Write("b.json", """[{"task":"q","more":"","history":[["h","i"]],"better":"x","worse":"y"}]""");
        Write("dataset_info.json", """
            {"a":{"file_name":"a.json","formatting":"sharegpt","ranking":true,"columns":{"messages":"talk","chosen":"good","rejected":"bad","images":"pics"},
             "tags":{"role_tag":"who","content_tag":"said","user_tag":"ask","assistant_tag":"reply"}},
             "b":{"file_name":"b.json","ranking":true,"columns":{"prompt":"task","query":"more","history":"history","chosen":"better","rejected":"worse"}}}
            """);
        foreach (var (name, turns, media) in new[] { ("a", 1, 1), ("b", 3, 0) })
        {
            var sample = Read(_folder[$"dataset_info.json#{name}"]).Single();
            Assert.Equal(("q", "x", "y", turns, media),
                (sample.Turns[^1].Text, sample.Pair().Chosen.Text, sample.Pair().Rejected.Text, sample.Turns.Count, sample.Media.Count()));
        }

        Assert.Contains("name one as", Assert.Throws<PralineException>(() => Read(_folder["dataset_info.json"])).Message);
        Assert.Contains("no data set c", Assert.Throws<PralineException>(() => Read(_folder["dataset_info.json#c"])).Message);
    }

    [Fact]
    public void Scores_are_not_made_up()
    {
        var path = Write("in.jsonl", """{"prompt":"What?","chosen":"x","rejected":"y","videos":["a.mp4"]}""");
        Assert.Contains("--assume-gap", Assert.Throws<DataException>(() => DataFormats.Write(_folder["out.jsonl"], "synpo", Read(path))).Message);
    }

    // Rows of real data sets, as they are (see the README beside them).
    [Theory]
    [InlineData("preference/dpo_sharegpt_text.json", "llama-factory", 80)]
    [InlineData("preference/dpo_content_parts.jsonl", "content-parts", 10)]
    [InlineData("preference/kto_text.json", "messages", 40)]
    [InlineData("eval/mllm_demo.json", "messages", 6)]
    [InlineData("eval/mllm_video_demo.json", "messages", 3)]
    public void Real_files_are_read(string name, string format, int rows)
    {
        var data = Golden.SharedData();
        Assert.SkipWhen(data is null, "The sample data are not here (PRALINE_DATA).");
        var samples = Read(Path.Combine(data!, name)).ToList();
        Assert.Equal(rows, samples.Count);
        Assert.All(samples, sample => Assert.Equal(format, sample.Format));
        if (samples.All(s => s.HasPair))
        {
            DataFormats.Write(_folder["out.jsonl"], "trl-conversational", samples);
            Assert.Equal(samples.Select(s => (s.System, s.Turns[^1].Text, s.Pair())), Read(_folder["out.jsonl"]).Select(s => (s.System, s.Turns[^1].Text, s.Pair())));
        }
    }

    private static IEnumerable<Sample> Read(string path) => DataSet.Open(path, new DataOptions { FindMedia = false }).Samples();

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
