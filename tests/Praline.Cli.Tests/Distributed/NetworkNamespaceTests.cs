using System.Diagnostics;

namespace Praline.Cli.Tests.Distributed;

/// <summary>Two hosts with a cable between them, as far as a process can tell: network namespaces joined by a virtual ethernet pair.</summary>
public sealed class NetworkNamespaceTests : IDisposable
{
    private readonly SmallRun _run = new();
    private readonly string[] _hosts = [$"praline{Environment.ProcessId}a", $"praline{Environment.ProcessId}b"];

    public void Dispose()
    {
        foreach (var host in _hosts)
        {
            Ip("netns", "del", host);
        }

        _run.Dispose();
    }

    [Fact]
    public async Task Two_hosts_train_the_adapter_that_one_trains()
    {
        Assert.SkipWhen(!Connect(), "This environment does not allow network namespaces (ip netns add)");

        _run.Succeed(_run.Train("one", 1));
        var ranks = _hosts.Select((host, rank) =>
        {
            var start = new ProcessStartInfo("ip", ["netns", "exec", host, "dotnet", PralineProcess.Program, .. _run.Train("two", 1)])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            start.Environment["RANK"] = $"{rank}";
            start.Environment["WORLD_SIZE"] = "2";
            start.Environment["LOCAL_RANK"] = "0";
            start.Environment["MASTER_ADDR"] = "10.77.0.1";
            start.Environment["MASTER_PORT"] = "29511";
            return Process.Start(start)!;
        }).ToArray();
        var errors = ranks.Select(rank => rank.StandardError.ReadToEndAsync()).ToArray();
        var texts = ranks.Select(rank => rank.StandardOutput.ReadToEndAsync()).ToArray();
        for (var rank = 0; rank < ranks.Length; rank++)
        {
            await ranks[rank].WaitForExitAsync();
            await texts[rank];
            Assert.True(ranks[rank].ExitCode == 0, $"rank {rank}: {await errors[rank]}");
            ranks[rank].Dispose();
        }

        Assert.InRange(_run.Difference("one", "two"), 0, 1e-5);
    }

    private bool Connect()
    {
        if (!File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip"))
        {
            return false;
        }

        var (a, b) = (_hosts[0], _hosts[1]);
        return Ip("netns", "add", a) && Ip("netns", "add", b)
            && Ip("link", "add", "praline0", "netns", a, "type", "veth", "peer", "name", "praline0", "netns", b)
            && Ip("-n", a, "addr", "add", "10.77.0.1/24", "dev", "praline0") && Ip("-n", b, "addr", "add", "10.77.0.2/24", "dev", "praline0")
            && Ip("-n", a, "link", "set", "praline0", "up") && Ip("-n", b, "link", "set", "praline0", "up")
            && Ip("-n", a, "link", "set", "lo", "up") && Ip("-n", b, "link", "set", "lo", "up");
    }

    private static bool Ip(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
