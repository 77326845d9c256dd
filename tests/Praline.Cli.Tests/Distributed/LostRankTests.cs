
namespace Praline.Cli.Tests.Distributed;

/// <summary>Real signals to real ranks: the others stop in time and say who it was, and nothing that was saved is lost.</summary>
public sealed class LostRankTests(ITestOutputHelper output) : IDisposable
{
    private const int Timeout = 5;

    /// <summary>Beside the timeout: time to notice, to stop, and for a busy machine.</summary>
    private const int Slack = 45;

    private readonly SmallRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void One_of_four_ranks_is_killed_in_the_middle_of_a_step()
    {
        var (exitCode, error, after) = _run.Disturb("run", 4, 2, "KILL", Train("run", 4));
        output.WriteLine($"{after.TotalSeconds:0.0} s\n{error}");
        Assert.Equal(1, exitCode);
        Assert.Contains($"rank 2 was killed by signal 9 (log: {_run.Path("run", "logs", "rank-2.log")})", error);
        Assert.Contains("Lost rank 2 of 4", error);
        Assert.True(after < TimeSpan.FromSeconds(Timeout + Slack), $"took {after}");

        // The last checkpoint is whole, and what follows is what would have followed.
        _run.Succeed(Train("run", 4));
        _run.Succeed(Train("whole", 4));
        Assert.Equal(_run.Bytes("whole"), _run.Bytes("run"));
        Assert.Equal(_run.Bytes("whole", "metrics.jsonl"), _run.Bytes("run", "metrics.jsonl"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void A_frozen_rank_is_named_and_stopped(int rank)
    {
        var (exitCode, error, after) = _run.Disturb("run", 3, rank, "STOP", Train("run", 2));
        output.WriteLine($"{after.TotalSeconds:0.0} s\n{error}");
        Assert.Equal(1, exitCode);
        Assert.Contains($"rank {rank} did not stop and was killed", error);
        Assert.Contains($"Lost rank {rank} of 2", error + File.ReadAllText(_run.Path("run", "logs", $"rank-{1 - rank}.log")));
        Assert.True(after < TimeSpan.FromSeconds(Timeout + Slack), $"took {after}");
    }

    [Fact]
    public void With_restarts_the_run_goes_on_by_itself_to_the_same_bytes()
    {
        var (exitCode, error, _) = _run.Disturb("run", 4, 1, "KILL", Train("run", 2, "--restarts", "2"));
        output.WriteLine(error);
        Assert.Equal(0, exitCode);
        Assert.Contains("starting again from what was saved (1 of 2)", error);
        _run.Succeed(Train("whole", 2));
        Assert.Equal(_run.Bytes("whole"), _run.Bytes("run"));
    }

    private string[] Train(string name, int processes, params string[] more) => _run.Train(name, processes, ["--dist-timeout", $"{Timeout}", .. more]);
}
