using System.Text.Json;

namespace Praline.Evaluation.Tests;

public class RunComparisonTests
{
    internal static IReadOnlyList<TrainingRun> Runs() =>
    [
        .. Enumerable.Range(0, 3).Select(seed => Run("SynPO", seed, 0.4, 0.42, 0.1)),
        .. Enumerable.Range(0, 3).Select(seed => Run("DPO", seed, 0, -1.2, -3.1)),
    ];

    [Fact]
    public void Methods_have_a_panel_each_and_seeds_share_it()
    {
        var figure = new RunComparison(Runs()).Rewards();
        Assert.Equal(["SynPO", "DPO"], figure.Panels.Select(p => p.Title));
        var panel = Assert.IsType<LinePanel>(figure.Panels[0]);
        Assert.Equal(["chosen", "rejected"], panel.Series.Select(s => s.Name));
        Assert.All(panel.Series, s => Assert.Equal(3, s.Traces.Count));
    }

    [Fact]
    public void Norms_show_both_sides_where_profiled_else_the_loss()
    {
        var plain = new RunComparison(Runs()).Norms();
        Assert.Equal("Gradient norm of the loss", plain.Title);

        var profiled = new TrainingRun("p", TrainingMetricsTests.Parse(
            "{\"step\":1,\"grad_norm/chosen\":1e-6,\"grad_norm/rejected\":1e-3}\n{\"step\":2,\"grad_norm/chosen\":2e-6,\"grad_norm/rejected\":1e-3}"));
        var sides = new RunComparison([profiled]).Norms();
        Assert.Equal(["chosen", "rejected"], Assert.IsType<LinePanel>(sides.Panels[0]).Series.Select(s => s.Name));
        Assert.True(sides.Panels[0].LogY, "norms a thousandfold apart");
    }

    [Fact]
    public void A_side_that_a_run_does_not_have_is_not_drawn()
    {
        var supervised = new TrainingRun("sft", TrainingMetricsTests.Parse(
            "{\"step\":1,\"rewards/chosen\":-2,\"grad_norm/chosen\":1}\n{\"step\":2,\"rewards/chosen\":-1,\"grad_norm/chosen\":2}"));
        var comparison = new RunComparison([supervised]);
        Assert.All(
            new[] { comparison.Rewards(), comparison.Norms() },
            figure => Assert.Equal("chosen", Assert.Single(Assert.IsType<LinePanel>(figure.Panels[0]).Series).Name));
        Assert.DoesNotContain("rejected</text>", SvgPlot.Render(comparison.Norms()));
    }

    [Fact]
    public void Table_has_first_and_last_tenth()
    {
        // 20 steps: first tenth is steps 1 and 2, last tenth 19 and 20; loss = step.
        var lines = string.Join('\n', Enumerable.Range(1, 20).Select(i => $"{{\"step\":{i},\"loss\":{i},\"tokens_per_second\":{i * 10}}}"));
        var run = new TrainingRun("a", TrainingMetricsTests.Parse(lines));
        var summary = RunSummary.Of(run);
        Assert.Equal(new Change(1.5, 19.5), summary.Loss);
        Assert.Equal(20, summary.Steps);
        Assert.Equal(110, summary.TokensPerSecond);
        Assert.True(double.IsNaN(summary.RewardsChosen.First));

        var table = new RunComparison([run]).Table();
        Assert.Equal(["a", "20", "1.5 → 19.5", "–", "–", "–", "–", "–", "110"], table.Rows[0].Select(c => c.Text));
        Assert.Contains("| a | 20 | 1.5 → 19.5 |", table.ToMarkdown());
    }

    [Fact]
    public void Figures_and_a_page_are_written()
    {
        var folder = Directory.CreateTempSubdirectory("praline-plot-");
        try
        {
            var paths = new RunComparison(Runs()).Write(folder.FullName);
            Assert.Equal(["rewards.svg", "norms.svg", "training.svg", "runs.html"], paths.Select(p => Path.GetFileName(p)));
            Assert.All(paths, p => Assert.True(new FileInfo(p).Length > 1000));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static TrainingRun Run(string label, int seed, double start, double chosen, double rejected)
    {
        var random = new Random(seed + label.Length);
        double Noise() => 0.1 * (random.NextDouble() + random.NextDouble() - 1);
        var lines = Enumerable.Range(1, 120).Select(step =>
        {
            var t = step / 120.0;
            var (c, r) = (start + ((chosen - start) * t) + Noise(), start + ((rejected - start) * t) + Noise());
            return JsonSerializer.Serialize(new Dictionary<string, double>
            {
                ["step"] = step,
                ["loss"] = 1 - t + Noise(),
                ["rewards/chosen"] = c,
                ["rewards/rejected"] = r,
                ["rewards/margins"] = c - r,
                ["rewards/accuracies"] = Math.Clamp(0.5 + t, 0, 1),
                ["grad_norm"] = Math.Exp(-t) + Math.Abs(Noise()),
                ["tokens_per_second"] = 4000 + (200 * Noise()),
            });
        });
        return new(label, TrainingMetricsTests.Parse(string.Join('\n', lines)), seed);
    }
}
