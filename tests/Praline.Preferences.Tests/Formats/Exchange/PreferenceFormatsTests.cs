using Praline.Testing;

namespace Praline.Preferences.Tests;

public sealed class PreferenceFormatsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The rows as the projects' own documentation shows them.
    [Theory]
    [InlineData("synpo", """{"idx":0,"video_name":"a","question":"What?","answer":"","long_answers":["good","bad"],"video":"a.mp4","pos_pre":"good","pos_score":9.5,"neg_pre":"bad","neg_score":3,"hallu_scores":[null,null],"harmo_scores":[null,null],"consi_scores":[null,null]}""")]
    [InlineData("trl", """{"prompt":"<video>What?","chosen":"good","rejected":"bad","videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("trl-conversational", """{"prompt":[{"role":"user","content":[{"type":"video"},{"type":"text","text":"What?"}]}],"chosen":[{"role":"assistant","content":[{"type":"text","text":"good"}]}],"rejected":[{"role":"assistant","content":[{"type":"text","text":"bad"}]}],"videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("llama-factory", """{"conversations":[{"from":"human","value":"<video>What?"}],"chosen":{"from":"gpt","value":"good"},"rejected":{"from":"gpt","value":"bad"},"videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    [InlineData("ms-swift", """{"messages":[{"role":"user","content":"<video>What?"},{"role":"assistant","content":"good"}],"rejected_response":"bad","videos":["a.mp4"],"score_chosen":9.5,"score_rejected":3}""")]
    public void Every_format_is_written_and_read_back_through_every_other(string name, string row)
    {
        var path = _folder.Write("in.jsonl", row + "\n");
        var format = PreferenceFormats.Parse(name);
        Assert.Equal(format, PreferenceFormats.Detect(PreferenceFormats.Rows(path).Single()));
        foreach (var other in new[] { "synpo", "trl", "trl-conversational", "llama-factory", "ms-swift" }.Select(PreferenceFormats.Parse))
        {
            PreferenceFormats.Write(_folder["other.jsonl"], other, PreferenceFormats.Read(path));
            PreferenceFormats.Write(_folder["back.jsonl"], format, PreferenceFormats.Read(_folder["other.jsonl"]));
            Assert.Equal(row + "\n", File.ReadAllText(_folder["back.jsonl"]));
        }
    }

    [Fact]
    public void Longer_conversations_go_where_they_fit()
    {
        var path = _folder.Write("in.jsonl",
            """{"system":"Be brief.","conversations":[{"from":"human","value":"<image>What?"},{"from":"gpt","value":"A dog."},{"from":"human","value":"Which?"}],"chosen":{"from":"gpt","value":"x"},"rejected":{"from":"gpt","value":"y"},"images":["a.png"]}""");
        var sample = PreferenceFormats.Read(path).Single();
        Assert.Equal(["system", "user", "assistant", "user"], sample.Prompt.Select(t => t.Role));
        foreach (var format in new[] { PreferenceFormat.TrlConversational, PreferenceFormat.Swift, PreferenceFormat.LlamaFactory })
        {
            PreferenceFormats.Write(_folder["out.jsonl"], format, [sample]);
            Assert.Equal(sample.Prompt, PreferenceFormats.Read(_folder["out.jsonl"]).Single().Prompt);
        }

        var error = Assert.Throws<PralineException>(() => PreferenceFormats.Write(_folder["plain.jsonl"], PreferenceFormat.Trl, [sample]));
        Assert.Contains("line 1", error.Message);
        Assert.Contains("trl-conversational", error.Message);
        Assert.False(File.Exists(_folder["plain.jsonl"]));
    }

    [Fact]
    public void Prompt_inside_both_conversations_is_found()
    {
        var path = _folder.Write("in.jsonl",
            """{"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"x"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"y"}]}""");
        var sample = PreferenceFormats.Read(path).Single();
        Assert.Equal(("q", "x", "y"), (sample.Prompt.Single().Text, sample.Chosen, sample.Rejected));
    }

    [Fact]
    public void Scores_are_not_made_up()
    {
        var path = _folder.Write("in.jsonl", """{"prompt":"What?","chosen":"x","rejected":"y","videos":["a.mp4"]}""");
        var error = Assert.Throws<PralineException>(() =>
            PreferenceFormats.Write(_folder["out.jsonl"], PreferenceFormat.Synpo, PreferenceFormats.Read(path)));
        Assert.Contains("--assume-gap", error.Message);
    }

    // Rows of real data sets, as they are (see the README beside them).
    [Theory]
    [InlineData("dpo_sharegpt_text.json", PreferenceFormat.LlamaFactory, 80)]
    [InlineData("dpo_content_parts.jsonl", PreferenceFormat.ContentParts, null)]
    public void Real_files_are_read(string name, PreferenceFormat format, int? rows)
    {
        if (Golden.SharedData() is not { } data)
        {
            Assert.Skip("No sample data here: no real file was read.");
            return;
        }

        var path = Path.Combine(data, "preference", name);
        var samples = PreferenceFormats.Read(path).ToList();
        Assert.True(samples.Count == (rows ?? samples.Count) && samples.Count > 0);
        Assert.All(PreferenceFormats.Rows(path), r => Assert.Equal(format, PreferenceFormats.Detect(r)));
        PreferenceFormats.Write(_folder["out.jsonl"], PreferenceFormat.TrlConversational, samples);
        Assert.Equal(samples.Select(s => (s.Prompt[^1].Text, s.Chosen, s.Rejected)),
            PreferenceFormats.Read(_folder["out.jsonl"]).Select(s => (s.Prompt[^1].Text, s.Chosen, s.Rejected)));
    }
}
