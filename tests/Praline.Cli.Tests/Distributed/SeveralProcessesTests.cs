using System.Diagnostics;

namespace Praline.Cli.Tests.Distributed;

/// <summary>Real processes over loopback: what several make is what one makes.</summary>
public sealed class SeveralProcessesTests(ITestOutputHelper output) : IDisposable
{
    private readonly SmallRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Two_and_four_processes_train_the_adapter_that_one_trains()
    {
        _run.Succeed(_run.Train("one", 1));
        _run.Succeed(_run.Train("two", 2));
        _run.Succeed(_run.Train("four", 4));
        _run.Succeed(_run.Train("four-again", 4));
        var (two, four) = (_run.Difference("one", "two"), _run.Difference("one", "four"));
        output.WriteLine($"largest difference from one process: {two:g2} with two, {four:g2} with four");
        Assert.InRange(two, 0, 1e-5);
        Assert.InRange(four, 0, 1e-5);
        Assert.Equal(_run.Bytes("four"), _run.Bytes("four-again"));
        Assert.Equal(_run.Bytes("four", "metrics.jsonl"), _run.Bytes("four-again", "metrics.jsonl"));

        // Every step is logged once, by one process.
        Assert.Equal(12, _run.Steps("four"));
    }

    [Fact]
    public void A_run_goes_on_with_another_number_of_processes()
    {
        _run.Succeed(_run.Train("whole", 1));
        var (_, _, _) = _run.Disturb("parts", 3, 1, "KILL", _run.Train("parts", 2));
        var first = _run.Steps("parts");
        Assert.InRange(first, 3, 11);
        _run.Disturb("parts", 7, 2, "KILL", _run.Train("parts", 3));
        _run.Succeed(_run.Train("parts", 1));
        Assert.Equal(12, _run.Steps("parts"));
        Assert.InRange(_run.Difference("whole", "parts"), 0, 1e-5);
    }

    [Fact]
    public void A_profile_by_two_processes_logs_what_one_logs()
    {
        string[] Profile(string name, int processes) => ["profile", .. _run.Train(name, processes).Skip(1), "--max-steps", "3"];
        _run.Succeed(Profile("one", 1));
        _run.Succeed(Profile("two", 2));
        var (one, two) = (_run.Logged("one"), _run.Logged("two"));
        Assert.Equal(3, one.Length);
        foreach (var (expected, found) in one.Zip(two))
        {
            Assert.True(expected["grad_norm/chosen"] > 0 && expected["grad_norm/rejected"] > 0);
            Assert.Equal(expected.Keys, found.Keys);
            Assert.All(expected, quantity => Assert.Equal(quantity.Value, found[quantity.Key], 1e-4 * Math.Max(1, Math.Abs(quantity.Value))));
        }
    }

    [Fact]
    public void Candidates_of_two_processes_are_those_of_one_byte_for_byte()
    {
        string[] Build(string name, int processes) =>
        [
            "build", "--model", "small-captioner", "--videos", _run.Path("videos"), "--out", _run.Path(name), "--judge", "small-world", "--candidates", "3", "--max-new-tokens", "40", "--threads", "1",
            "--nproc", $"{processes}",
        ];
        _run.Succeed(Build("one", 1));
        _run.Succeed(Build("three", 3));
        foreach (var file in (string[])["clips.jsonl", "short_generation.jsonl", "long_generation.jsonl", "scores.jsonl", "pairs.jsonl"])
        {
            Assert.Equal(_run.Bytes("one", file), _run.Bytes("three", file));
        }

        Assert.Empty(Directory.GetFiles(_run.Path("three"), "*.journal*"));
    }

    [Fact]
    public async Task Mpirun_starts_it()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/mpirun"), "mpirun is not installed (Debian: openmpi-bin)");

        _run.Succeed(_run.Train("one", 1));
        var start = new ProcessStartInfo(
            "mpirun", ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", "2", "dotnet", PralineProcess.Program, .. _run.Train("two", 1)])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        Assert.EndsWith("epoch6", text.Trim());
        Assert.Single(text.Trim().Split('\n'));
        Assert.InRange(_run.Difference("one", "two"), 0, 1e-5);
    }
}
