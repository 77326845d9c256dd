using System.Text.Json;

namespace Praline.Cli.Tests;

/// <summary>
/// Real kills: a training is killed (SIGKILL) as soon as it has logged a step drawn at random, again and again, and must end with the
/// same adapter and the same metrics as one that ran through, byte for byte.
/// </summary>
public sealed class KilledTrainTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-killed-train-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("synpo", 1)]
    [InlineData("dpo", 2)]
    [InlineData("bco", 3)] // whose running mean goes on from step to step
    public void A_training_that_is_killed_at_random_steps_ends_with_the_same_bytes(string method, int seed)
    {
        string[] data = SmallPairs.Write(_folder, 5);
        string[] Train(string name) =>
        [
            "train", "--model", "small-captioner", method, .. data, "--out", Path.Combine(_folder, name), "--num-epochs", "4", "--accumulation-steps", "1", "--lora-r", "4", "--lora-alpha", "8",
            "--lora-dropout", "0.1", "--lr", "1e-3", "--save-steps", "3", "--eval-split", "0.2",
        ];
        var (exitCode, result, error) = PralineProcess.Run(Train("whole"));
        Assert.True(exitCode == 0, error);

        var random = new Random(seed);
        var metrics = Path.Combine(_folder, "broken", "metrics.jsonl");
        var kills = new List<int>();
        for (var step = random.Next(1, 4); step < 16; step += random.Next(2, 7))
        {
            var at = step;
            if (PralineProcess.RunAndKillWhen(() => StepsIn(metrics) >= at, Train("broken")))
            {
                kills.Add(at);
            }
        }

        output.WriteLine($"killed at steps {string.Join(", ", kills)}");
        Assert.True(kills.Count > 1);
        (exitCode, var resumed, error) = PralineProcess.Run(Train("broken"));
        Assert.True(exitCode == 0, error);
        Assert.Equal(Path.GetFileName(result.Trim()), Path.GetFileName(resumed.Trim()));
        foreach (var file in (string[])["metrics.jsonl", .. Files("epoch4"), .. Files("best")])
        {
            Assert.True(File.ReadAllBytes(Path.Combine(_folder, "whole", file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_folder, "broken", file))), file);
        }

        // What the user is told of memory is of the right size.
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "whole", "summary.json")));
        var (estimated, peak) = (summary.RootElement.GetProperty("estimated_memory").GetDouble(), summary.RootElement.GetProperty("peak_memory").GetDouble());
        output.WriteLine($"memory: estimated {estimated / 1e6:0} MB, measured {peak / 1e6:0} MB");
        Assert.InRange(estimated / peak, 0.5, 2);
    }

    [Fact]
    public void Profile_plot_and_merge_go_together()
    {
        string[] data = SmallPairs.Write(_folder, 3);
        var run = Path.Combine(_folder, "run");
        var (exitCode, text, error) = PralineProcess.Run(
            ["profile", "--model", "small-captioner", "synpo", .. data, "--out", run, "--num-epochs", "2", "--accumulation-steps", "3", "--lora-r", "4", "--lr", "1e-2", "--warmup-ratio", "0", "--eval-split", "0.34"]);
        Assert.True(exitCode == 0, error);
        Assert.Contains("Memory: about", error);
        Assert.Contains("Peak memory", error);
        foreach (var line in File.ReadLines(Path.Combine(run, "metrics.jsonl")).Where(line => line.Contains("\"loss\"", StringComparison.Ordinal)))
        {
            Assert.All(["rewards/margins", "grad_norm/chosen", "grad_norm/rejected", "f_norm/chosen", "loss_grad_norm/chosen"], name => Assert.Contains($"\"{name}\"", line));
        }

        var plots = Path.Combine(_folder, "plots");
        (exitCode, var table, error) = PralineProcess.Run("plot", $"SynPO={run}", $"again={run}", "--out", plots);
        Assert.True(exitCode == 0, error);
        Assert.Contains("SynPO", table);
        Assert.All(["rewards.svg", "norms.svg", "training.svg"], file => Assert.Contains("prefers-color-scheme:dark", File.ReadAllText(Path.Combine(plots, file))));

        var merged = Path.Combine(_folder, "merged");
        (exitCode, _, error) = PralineProcess.Run("merge", text.Trim(), "--out", merged);
        Assert.True(exitCode == 0, error);
        var video = Directory.GetFiles(Path.Combine(_folder, "videos")).Order(StringComparer.Ordinal).First();
        var adapted = PralineProcess.Run("caption", "--model", "small-captioner", video, "--adapter", text.Trim(), "--threads", "1", "--max-new-tokens", "20");
        var whole = PralineProcess.Run("caption", video, "--model", merged, "--threads", "1", "--max-new-tokens", "20");
        Assert.True(adapted.ExitCode == 0 && whole.ExitCode == 0, adapted.Error + whole.Error);
        Assert.Equal(adapted.Output, whole.Output);
    }

    private static int StepsIn(string metrics)
    {
        if (!File.Exists(metrics))
        {
            return 0;
        }

        using var reader = new StreamReader(new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n').Count(line => line.Contains("\"loss\"", StringComparison.Ordinal));
    }

    private string[] Files(string folder) =>
        [.. Directory.GetFiles(Path.Combine(_folder, "whole", folder)).Select(file => Path.GetRelativePath(Path.Combine(_folder, "whole"), file))];
}
