namespace Praline.Cli.Tests;

/// <summary>The commands that read rows, as a user runs them: what <c>check</c> says is what <c>train</c> does.</summary>
public sealed class DataCommandsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Rows that went to TRL's format and into Parquet train on their videos, to the last digit.</summary>
    [Fact]
    public void Exported_rows_train_as_the_rows_that_they_were()
    {
        string[] options = [.. SmallPairs.Write(_folder, 2)[2..], "--max-steps", "1"];
        Run("export", At("pairs.jsonl"), "--format", "trl", "--out", At("trl.parquet"));
        Assert.Contains("2 rows (2 trl), 2 good; 0 errors", Run("check", At("trl.parquet"), "--dir-path", At("videos")));
        Run(["train", "--model", "small-captioner", "synpo", "--data", At("pairs.jsonl"), "--out", At("a"), .. options]);
        Run(["train", "--model", "small-captioner", "synpo", "--data", At("trl.parquet"), "--out", At("b"), .. options]);
        Assert.Equal(File.ReadAllText(At("a", "metrics.jsonl")), File.ReadAllText(At("b", "metrics.jsonl")));
    }

    [Fact]
    public void A_missing_video_ends_training_with_1_and_may_be_left_out()
    {
        string[] options = ["train", "--model", "small-captioner", "simpo", .. SmallPairs.Write(_folder, 2), "--max-steps", "1"];
        File.AppendAllLines(At("pairs.jsonl"), ["""{"video_name":"gone","pos_pre":"a b","neg_pre":"c d","pos_score":9,"neg_score":2}"""]);
        var (exitCode, _, error) = PralineProcess.Run([.. options, "--out", At("a")]);
        Assert.Equal(1, exitCode);
        Assert.Contains("1 of 3 rows", error);
        Assert.Contains("pairs.jsonl, line 3, field \"video\": expected a video file, found no file gone", error);
        Assert.False(File.Exists(At("a", "metrics.jsonl")));
        Assert.Equal(1, PralineProcess.Run("check", At("pairs.jsonl"), "--dir-path", At("videos")).ExitCode);
        Run([.. options, "--out", At("b"), "--skip-bad-rows"]);
        Assert.Contains("line 3", File.ReadAllText(At("b", "left_out.jsonl")));
    }

    /// <summary>A language model by itself: checked, trained on text, merged, and asked the rows' questions, with the adapter and merged alike.</summary>
    [Fact]
    public void A_language_model_trains_merges_and_answers()
    {
        Directory.CreateDirectory(At("language"));
        foreach (var file in Directory.GetFiles(Path.Combine(Testing.Golden.RepositoryRoot, "models", "small-captioner")))
        {
            File.Copy(file, At("language", Path.GetFileName(file)));
        }

        File.WriteAllLines(At("rows.jsonl"),
        [
            """{"prompt":"What moves?","chosen":[{"role":"user","content":"What moves?"},{"role":"assistant","content":"A red circle moves."}],"rejected":[{"role":"user","content":"What moves?"},{"role":"assistant","content":"Nothing."}],"score_chosen":9,"score_rejected":2}""",
            """{"prompt":"Where?","chosen":"To the left.","rejected":"I do not know."}""",
        ]);
        Assert.Contains("answer 1:", Run("check", At("rows.jsonl"), "--tokens", "--model", At("language")));
        var adapter = Run("train", "dpo", "--data", At("rows.jsonl"), "--model", At("language"), "--out", At("run"), "--num-epochs", "2", "--accumulation-steps", "2", "--lr", "1e-3", "--lora-r", "4", "--threads", "1").Trim();
        Run("merge", adapter, "--model", At("language"), "--out", At("merged"));
        string[] Answers(params string[] model) => Run(["caption", "--data", At("rows.jsonl"), "--format", "jsonl", "--max-new-tokens", "8", "--threads", "1", .. model]).Trim().Split('\n');
        var (tuned, merged) = (Answers("--model", At("language"), "--adapter", adapter), Answers("--model", At("merged")));
        Assert.Equal(2, tuned.Length);
        Assert.Equal(tuned, merged);
        Assert.Contains("text alone", PralineProcess.Run("caption", "--data", At("rows.jsonl"), "--model", At("language"), "--contrastive").Error);
    }

    [Fact]
    public void Columns_are_renamed_and_left_out()
    {
        File.WriteAllText(At("rows.jsonl"), """{"ask":"What?","better":"A b c.","worse":"D e f.","video_id":"7"}""" + "\n");
        string[] check = ["check", At("rows.jsonl"), "--column", "prompt=ask", "--column", "chosen=better", "--column", "rejected=worse"];
        var (exitCode, output, _) = PralineProcess.Run(check);
        Assert.Equal(1, exitCode);
        Assert.Contains("field \"video_id\"", output);
        Assert.Contains("1 good; 0 errors", Run([.. check, "--ignore-column", "video_id"]));
        Assert.Contains("NEW=OLD", PralineProcess.Run("check", At("rows.jsonl"), "--column", "ask").Error);
    }

    private static string Run(params string[] arguments)
    {
        var (exitCode, output, error) = PralineProcess.Run(arguments);
        Assert.True(exitCode == 0, output + error);
        return output;
    }

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);
}
