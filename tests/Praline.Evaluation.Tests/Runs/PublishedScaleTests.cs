namespace Praline.Evaluation.Tests;

/// <summary>Logs of SynPO's scripts beside ours: brought to one scale where it is known, kept apart where it is not.</summary>
public sealed class PublishedScaleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-scale-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_published_log_is_scaled_or_named_for_its_scale()
    {
        var theirs = Write("theirs.jsonl", """{"step": 1, "loss": 0.69, "pos_rewards": -4.0, "neg_rewards": -9.0, "pos_l2_norm": 2e-6, "neg_l2_norm": 3e-6}""");
        var ours = Write("ours.jsonl", """{"step": 1, "loss": 0.69, "rewards/chosen": -0.4, "rewards/rejected": -0.9, "grad_norm/chosen": 200, "grad_norm/rejected": 300}""");

        var scaled = TrainingRun.Open(theirs, new PublishedScale(0.1, 100_000_000));
        Assert.Equal(("theirs", false), (scaled.Label, scaled.IsOnPublishedScale));
        var own = TrainingRun.Open(ours);
        foreach (var names in new[] { MetricNames.ChosenReward, MetricNames.RejectedReward, MetricNames.ChosenNorm, MetricNames.RejectedNorm })
        {
            Assert.Equal(own.Metrics.Series(names)[0].Y, scaled.Metrics.Series(names)[0].Y, 10);
        }

        Assert.True(new RunComparison([own, scaled]).Norms().ShareY);
        var plain = TrainingRun.Open($"SynPO={theirs}");
        Assert.Equal(("SynPO (rewards without β, norms / parameters)", true), (plain.Label, plain.IsOnPublishedScale));
        Assert.Equal(-4.0, plain.Metrics.Series(MetricNames.ChosenReward)[0].Y);
        var apart = new RunComparison([own, plain]).Norms();
        Assert.False(apart.ShareY);
        Assert.Contains("own scale", apart.Subtitle);
    }

    private string Write(string name, string row)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, row + "\n");
        return path;
    }
}
