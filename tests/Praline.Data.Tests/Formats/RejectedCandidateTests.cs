using Praline.Data;

namespace Praline.Data.Tests.Formats;

/// <summary>Which candidate is the rejected one: the published choice of train_dpo_check.py beside the paper's.</summary>
public sealed class RejectedCandidateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-rejected-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Totals 1.1 · h + harmony + consistency: a 5.5 + 5 + 3 = 13.5, b 3.3 + 3 + 2 = 8.3, c 2.2 + 2 + 1 = 5.2, d 1.1 + 5 + 1 = 7.1.</summary>
    [Theory]
    [InlineData(RejectedCandidate.Lowest, "[5,3,2,1]", "[5,3,2,5]", "[3,2,1,1]", "c")]
    [InlineData(RejectedCandidate.SecondLowest, "[5,3,2,1]", "[5,3,2,5]", "[3,2,1,1]", "d")]
    [InlineData(RejectedCandidate.SecondLowest, "[5,3,2,1]", "[5,3,2,5]", "[3,2,1,null]", "b")]
    [InlineData(RejectedCandidate.SecondLowest, "[5,2,2,1]", "[5,2,2,5]", "[3,1,1,1]", "b")] // a tie for the lowest: numpy's partition gives that value twice, argwhere its first place
    public void Of_synpo_rows_the_scores_choose(RejectedCandidate rejected, string hallucination, string harmony, string consistency, string expected)
    {
        var sample = Read($$"""
            {"video_name":"v.mp4","question":"What?","long_answers":["a","b","c","d"],"hallu_scores":{{hallucination}},"harmo_scores":{{harmony}},"consi_scores":{{consistency}},
             "pos_pre":"a","neg_pre":"c","pos_score":13.5,"neg_score":5.2}
            """, rejected).Value!;
        Assert.Equal(("a", expected), (sample.Pair().Chosen.Text, sample.Pair().Rejected.Text));
        Assert.Equal(13.5 - 5.2, sample.Pair().Gap!.Value, 10); // the row's own gap, as in the script
    }

    [Fact]
    public void Of_other_rows_the_order_chooses_or_the_row_is_refused()
    {
        const string ranked = """{"prompt":"What?","responses":["a","b","c"],"ranks":[1,2,3]}""";
        Assert.Equal("c", Read(ranked, RejectedCandidate.Lowest).Value!.Pair().Rejected.Text);
        Assert.Equal("b", Read(ranked, RejectedCandidate.SecondLowest).Value!.Pair().Rejected.Text);
        Assert.Contains("three or more candidates", Read("""{"prompt":"What?","chosen":"a","rejected":"b"}""", RejectedCandidate.SecondLowest).Problem!.Message);
        Assert.Contains("score for each candidate", Read(
            """{"video_name":"v.mp4","question":"What?","long_answers":["a"],"hallu_scores":[],"harmo_scores":[],"consi_scores":[],"pos_pre":"a","neg_pre":"c","pos_score":9,"neg_score":1}""",
            RejectedCandidate.SecondLowest).Problem!.Message);
    }

    /// <summary>A row without scores is left out by name, not an error.</summary>
    [Fact]
    public void A_row_that_was_not_scored_is_no_error()
    {
        var problem = Read("""{"video_name":"v.mp4","question":"What?","pos_pre":"a","neg_pre":"c","pos_score":null,"neg_score":1}""", RejectedCandidate.Lowest).Problem!;
        Assert.Equal((false, "pos_score"), (problem.IsError, problem.Field));
        Assert.Contains("not scored", problem.Message);
    }

    private RowResult<Sample> Read(string row, RejectedCandidate rejected)
    {
        var path = Path.Combine(_folder, "rows.jsonl");
        File.WriteAllText(path, row.ReplaceLineEndings("") + "\n");
        return Assert.Single(DataSet.Open(path, new DataOptions { FindMedia = false, Rejected = rejected }).Read());
    }
}
