using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Praline.Testing;
using Praline.Torch.Distributed;

namespace Praline.Torch.Tests.Distributed;

public sealed class RendezvousTests
{
    private static readonly WorldOptions Quick = new() { Timeout = TimeSpan.FromSeconds(8) };

    [Fact]
    public void A_rank_that_does_not_come_is_named()
    {
        var port = Ranks.FreePort();
        var messages = Fail(Ranks.Settings(0, 4, port), Ranks.Settings(1, 4, port), Ranks.Settings(3, 4, port));
        Assert.All(messages, message => Assert.Contains("Rank 2 of 4 did not come", message));
    }

    [Fact]
    public void Ranks_that_disagree_on_their_number_say_so()
    {
        var port = Ranks.FreePort();
        var messages = Fail(Ranks.Settings(0, 2, port), Ranks.Settings(1, 4, port));
        Assert.All(messages, message => Assert.Contains("rank 0 was started as one of 2, rank 1 of 4", message));
    }

    [Fact]
    public void Two_processes_of_one_rank_are_told()
    {
        var port = Ranks.FreePort();
        var messages = Fail(Ranks.Settings(0, 3, port), Ranks.Settings(1, 3, port), Ranks.Settings(1, 3, port));
        Assert.All(messages, message => Assert.Contains("as rank 1", message));
    }

    [Fact]
    public void A_port_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Any, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var message = Assert.Single(Fail(Ranks.Settings(0, 2, port)));
        Assert.Contains($"the port {port} is in use", message);
    }

    [Fact]
    public void Somebody_else_at_the_port_does_not_hang_a_rank()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var message = Assert.Single(Fail(Ranks.Settings(1, 2, ((IPEndPoint)other.LocalEndpoint).Port)));
        Assert.Contains("did not answer", message);
    }

    /// <summary>libtorch 1.13 ends the whole process when one of a store's connections is reset at the wrong moment: of these, half would.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Somebody_else_who_cuts_connections_off_is_one_clear_message(int seed)
    {
        var random = new Random(seed);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Exception? ended = null;
        var answering = new Thread(() =>
        {
            try
            {
                for (var count = 0; ; count++)
                {
                    using var client = other.AcceptSocket();
                    client.LingerState = new LingerOption(random.Next(2) == 0, 0); // closing now sends a reset
                    Thread.Sleep(count == 0 ? 0 : random.Next(4));
                }
            }
            catch (Exception error)
            {
                ended = error;
            }
        });
        answering.Start();

        // libtorch 2 tries again until the time is up.
        var options = Quick with { Timeout = TimeSpan.FromSeconds(3) };
        var message = Assert.Single(Fail(options, Ranks.Settings(1, 2, ((IPEndPoint)other.LocalEndpoint).Port)));
        Assert.Null(ended);
        Assert.Contains("another program is at that port", message);
        other.Stop();
        answering.Join();
    }

    [Fact]
    public void Without_rank_0_the_address_is_named()
    {
        var port = Ranks.FreePort();
        Assert.Contains($"no rank 0 was at 127.0.0.1:{port}", Assert.Single(Fail(Ranks.Settings(1, 2, port))));
    }

    [Fact]
    public async Task A_rank_that_comes_late_is_waited_for()
    {
        var port = Ranks.FreePort();
        var early = Task.Run(() => World.Join(Ranks.Settings(0, 2, port), Quick with { Timeout = TimeSpan.FromSeconds(20) }));
        await Task.Delay(700);
        using var late = World.Join(Ranks.Settings(1, 2, port), Quick with { Timeout = TimeSpan.FromSeconds(20) });
        var first = await early;
        var leaving = Task.Run(first.Dispose);
        late.Dispose();
        await leaving;
    }

    [Fact]
    public void What_a_rank_stops_with_is_told_by_all_others()
    {
        var port = Ranks.FreePort();
        var clock = Stopwatch.StartNew();
        var messages = new string[3];
        var threads = Enumerable.Range(0, 3).Select(rank => new Thread(() =>
        {
            var world = World.Join(Ranks.Settings(rank, 3, port), new WorldOptions { Timeout = TimeSpan.FromSeconds(20), LogFile = $"/logs/rank-{rank}.log" });
            try
            {
                world.Barrier();
                if (rank == 1)
                {
                    throw new PralineException("The disk is full.");
                }

                world.Barrier();
            }
            catch (Exception error)
            {
                messages[rank] = error.Message;
                world.Fail(error);
            }

            world.Dispose();
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal("The disk is full.", messages[1]);
        Assert.All([messages[0], messages[2]], message =>
        {
            Assert.StartsWith("Rank 1 of 3", message);
            Assert.Contains("log: /logs/rank-1.log", message);
            Assert.EndsWith("stopped: The disk is full.", message);
        });
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"took {clock.Elapsed}");
    }

    /// <summary>The messages with which these ranks give up.</summary>
    private static string[] Fail(params LaunchSettings[] ranks) => Fail(Quick, ranks);

    private static string[] Fail(WorldOptions options, params LaunchSettings[] ranks)
    {
        _ = TorchRuntime.Version; // loading libtorch is not what is timed
        var clock = Stopwatch.StartNew();
        var messages = new string[ranks.Length];
        var threads = ranks.Select((settings, i) => new Thread(() =>
        {
            try
            {
                World.Join(settings, options);
                messages[i] = "joined";
            }
            catch (PralineException error)
            {
                messages[i] = error.Message;
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"took {clock.Elapsed}");
        return messages;
    }
}
