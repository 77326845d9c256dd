using System.Diagnostics;
using System.Text.Json;

namespace Praline.Cli.Tests;

public sealed class DemoTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-demo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_quick_demo_runs_the_main_job_and_keeps_everything_it_made()
    {
        var watch = Stopwatch.StartNew();
        var (exitCode, text, error) = PralineProcess.Run("demo", "--quick", "--out", _folder);
        Assert.True(exitCode == 0, error);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s\n{text}");
        Assert.All(
            ["data/clips.jsonl", "data/short_generation.jsonl", "data/long_generation.jsonl", "data/pairs.jsonl", "report/report.html", "report/figures/rewards.svg"],
            file => Assert.True(File.Exists(Path.Combine(_folder, file)), file));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_folder, "preference", "videos"), "*.mp4"));
        Assert.All(["sft-seed0", "dpo-seed0", "synpo-seed0"], run => Assert.True(File.Exists(Path.Combine(_folder, "runs", run, "metrics.jsonl")), run));

        using var report = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "report", "report.json")));
        Assert.Equal(10, report.RootElement.GetProperty("methods").GetArrayLength());
        Assert.Contains("SynPO, contrastive and retrospective", text);

        // A second start has nothing left to do, and makes the same report.
        var first = File.ReadAllBytes(Path.Combine(_folder, "report", "report.json"));
        var (again, _, secondError) = PralineProcess.Run("demo", "--quick", "--out", _folder);
        Assert.True(again == 0, secondError);
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(_folder, "report", "report.json")));
    }
}
