namespace Praline.Evaluation.Tests;

public class TrainingMetricsTests
{
    [Fact]
    public void Numbers_are_kept_and_everything_else_ignored()
    {
        var metrics = Parse("""
            {"step": 1, "loss": 0.5, "rewards/chosen": -1.25, "method": "synpo", "skipped": null, "new": {"a": [1]}}

            {"step": 2, "loss": "NaN", "rewards/chosen": 2e-3, "ok": true}

            """);
        Assert.Equal([(1.0, 0.5), (2.0, double.NaN)], metrics.Series(MetricNames.Loss));
        Assert.Equal([(1.0, -1.25), (2.0, 0.002)], metrics.Series(MetricNames.ChosenReward));
        Assert.Empty(metrics.Series(MetricNames.Norm));
        Assert.False(metrics.Unfinished);
    }

    [Fact]
    public void The_published_scripts_names_are_known()
    {
        var metrics = Parse("""{"step": 1, "loss": 1, "pos_rewards": -40, "neg_rewards": -50, "pos_l2_norm": 1e-8, "neg_l2_norm": 2e-8}""");
        Assert.Equal([(1.0, -40.0)], metrics.Series(MetricNames.ChosenReward));
        Assert.Equal([(1.0, 2e-8)], metrics.Series(MetricNames.RejectedNorm));
    }

    [Theory]
    [InlineData("{\"step\": 1}\n[1]\n{\"step\": 3}\n", "line 2")]
    [InlineData("{\"step\": 1}\n{\"loss\": 2}\n", "line 2")]
    [InlineData("{\"step\": 1.5}\n", "line 1")]
    [InlineData("{\"step\": \"1\"}\n", "line 1")]
    [InlineData("{\"step\": 1\n{\"step\": 2}\n", "line 1")]
    public void A_bad_line_is_named_with_its_file(string text, string expected)
    {
        var error = Assert.Throws<PralineException>(() => Parse(text));
        Assert.Contains("metrics.jsonl, " + expected, error.Message);
        Assert.Contains("step", error.Message);
    }

    [Fact]
    public void A_line_cut_off_at_the_end_is_left_out()
    {
        var metrics = Parse("{\"step\": 1, \"loss\": 1}\n{\"step\": 2, \"lo");
        Assert.Single(metrics.Rows);
        Assert.True(metrics.Unfinished);
    }

    [Fact]
    public void A_resumed_training_replaces_the_steps_it_repeats()
    {
        var metrics = Parse("{\"step\":1,\"loss\":1}\n{\"step\":2,\"loss\":2}\n{\"step\":3,\"loss\":3}\n{\"step\":2,\"loss\":20}\n{\"step\":3,\"loss\":30}");
        Assert.Equal([(1.0, 1.0), (2.0, 20.0), (3.0, 30.0)], metrics.Series(MetricNames.Loss));
        Assert.Equal(2, metrics.Superseded);
    }

    [Fact]
    public void What_was_measured_after_a_step_joins_it()
    {
        var metrics = Parse("{\"step\":1,\"loss\":1}\n{\"step\":1,\"eval/loss\":7,\"eval/score\":-7}\n{\"step\":2,\"loss\":2}");
        Assert.Equal([(1.0, 1.0), (2.0, 2.0)], metrics.Series(MetricNames.Loss));
        Assert.Equal([(1.0, 7.0)], metrics.Series(["eval/loss"]));
        Assert.Equal(0, metrics.Superseded);
    }

    [Fact]
    public void Speed_comes_from_the_timing_file()
    {
        var folder = Directory.CreateTempSubdirectory("praline-timing-").FullName;
        File.WriteAllText(Path.Combine(folder, "metrics.jsonl"), "{\"step\":1,\"loss\":1}\n{\"step\":2,\"loss\":1}\n");
        File.WriteAllText(Path.Combine(folder, "timing.jsonl"), "{\"step\":1,\"tokens_per_second\":100}\n{\"step\":2,\"tokens_per_second\":300}\n");
        Assert.Equal(300, RunSummary.Of(TrainingRun.Open(folder)).TokensPerSecond);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Runs_open_by_folder_file_and_label()
    {
        var folder = Directory.CreateTempSubdirectory("praline-runs-");
        try
        {
            var run = folder.CreateSubdirectory("synpo-1").FullName;
            File.WriteAllText(Path.Combine(run, "metrics.jsonl"), "{\"step\": 4, \"loss\": 1}\n");
            File.WriteAllText(Path.Combine(folder.FullName, "paper.log"), "{\"step\": 1}\n");
            Assert.Equal("synpo-1", TrainingRun.Open(run).Label);
            Assert.Equal("paper", TrainingRun.Open(Path.Combine(folder.FullName, "paper.log")).Label);
            Assert.Equal("Ours", TrainingRun.Open("Ours=" + run).Label);
            Assert.Contains("metrics.jsonl", Assert.Throws<PralineException>(() => TrainingRun.Open(folder.FullName)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static TrainingMetrics Parse(string text) => TrainingMetrics.Parse(text, "runs/a/metrics.jsonl");
}
