using System.Net;
using System.Net.Sockets;

namespace Praline.Torch.Distributed;

/// <summary>
/// How ranks meet: rank 0 serves the store, everybody leaves a report there, rank 0 looks whether all came and agree, and says go, or what
/// is wrong.
/// </summary>
internal sealed class Rendezvous(LaunchSettings settings, WorldOptions options)
{
    private const string Go = "go";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly DateTime _deadline = DateTime.UtcNow + options.Timeout;

    internal string Address => $"{settings.MasterAddress}:{settings.MasterPort}";

    private string Waited => FormattableString.Invariant($"{options.Timeout.TotalSeconds:0.#} s");

    /// <summary>The store, with everybody there; and what they said of themselves.</summary>
    /// <exception cref="PralineException">Somebody did not come, or does not fit.</exception>
    internal (Store Store, RankReport[] Ranks) Meet(RankReport own)
    {
        // A server that accepts and never answers must not hang us: this thread only waits for the other, which is not of the pool, as it waits too.
        var meeting = Task.Factory.StartNew(
            () => own.Rank == 0 ? Host(own) : Join(own), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return meeting.Wait(options.Timeout + TimeSpan.FromSeconds(5)) ? meeting.Result : throw new PralineException(
                $"Rank {own.Rank}: something listens at {Address} but did not answer within {Waited}: it is no Praline rank 0, or that one hangs. Check MASTER_ADDR and MASTER_PORT.");
        }
        catch (AggregateException error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error.InnerException!);
            throw;
        }
    }

    /// <summary>This host's address towards the others, for tensors to travel on.</summary>
    internal string LocalAddress()
    {
        var addresses = Dns.GetHostAddresses(settings.MasterAddress);
        if (addresses.Any(IPAddress.IsLoopback))
        {
            return "127.0.0.1";
        }

        // Connecting a datagram socket sends nothing, and says which way it would go.
        using var probe = new Socket(addresses[0].AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        probe.Connect(addresses[0], settings.MasterPort);
        return ((IPEndPoint)probe.LocalEndPoint!).Address.ToString();
    }

    private (Store Store, RankReport[] Ranks) Host(RankReport own)
    {
        Store store;
        try
        {
            store = new Store(settings.MasterAddress, settings.MasterPort, serve: true, options.Timeout);
        }
        catch (TorchException error)
        {
            throw error.Message.Contains("EADDRINUSE", StringComparison.Ordinal) || error.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase)
                ? new PralineException(
                    $"Rank 0 can't serve at {Address}: the port {settings.MasterPort} is in use by another program, or by an earlier run that has not ended. Set MASTER_PORT to a free port on every rank.")
                : new PralineException($"Rank 0 can't serve at {Address}: {error.Message}", error);
        }

        store.Set("join/0", own.ToText());
        var ranks = new RankReport?[settings.WorldSize];
        ranks[0] = own;
        for (; ; )
        {
            for (var rank = 1; rank < ranks.Length; rank++)
            {
                if (ranks[rank] is null && store.TryGet($"join/{rank}") is { } text)
                {
                    ranks[rank] = RankReport.Parse(text);
                }
            }

            var problem = store.TryGet("wrong") ?? Problem(ranks);
            if (problem is null && Array.TrueForAll(ranks, rank => rank is not null))
            {
                store.Set(Go, "");
                return (store, [.. ranks.OfType<RankReport>()]);
            }

            if (problem is null && DateTime.UtcNow > _deadline)
            {
                var missing = Enumerable.Range(0, ranks.Length).Where(rank => ranks[rank] is null).ToArray();
                problem = $"{(missing.Length == 1 ? $"Rank {missing[0]}" : $"Ranks {string.Join(", ", missing)}")} of {ranks.Length} did not come to {Address} within {Waited}. "
                    + $"Start all {ranks.Length} processes, or raise the limit (--dist-timeout, {WorldOptions.TimeoutVariable}).";
            }

            if (problem is not null)
            {
                store.Set(Go, problem);
                WaitFor(() => store.Add("read", 0) >= ranks.Count(rank => rank is not null) - 1, TimeSpan.FromSeconds(2));
                throw new PralineException(problem);
            }

            Thread.Sleep(Pause);
        }
    }

    private string? Problem(RankReport?[] ranks)
    {
        var other = ranks.OfType<RankReport>().FirstOrDefault(rank => rank.WorldSize != settings.WorldSize);
        return other is null ? null
            : $"The ranks don't agree on how many they are: rank 0 was started as one of {settings.WorldSize}, {other.Describe()}. Give every process the same WORLD_SIZE.";
    }

    private (Store Store, RankReport[] Ranks) Join(RankReport own)
    {
        if (!WaitFor(CanConnect, options.Timeout))
        {
            throw new PralineException(
                $"Rank {own.Rank}: no rank 0 was at {Address} within {Waited}. Start rank 0 there, check MASTER_ADDR and MASTER_PORT and that the network lets this host reach it.");
        }

        try
        {
            var store = new Store(settings.MasterAddress, settings.MasterPort, serve: false, options.Timeout);
            if (store.Add($"claim/{own.Rank}", 1) > 1)
            {
                var problem = $"Two processes came to {Address} as rank {own.Rank}: every process needs a RANK of its own.";
                store.Set("wrong", problem);
                throw new PralineException(problem);
            }

            store.Set($"join/{own.Rank}", own.ToText());
            string? answer = null;
            if (!WaitFor(() => (answer = store.TryGet(Go)) is not null, options.Timeout + TimeSpan.FromSeconds(2)))
            {
                throw new PralineException($"Rank {own.Rank}: rank 0 at {Address} did not say go within {Waited}.");
            }

            if (answer!.Length > 0)
            {
                store.Add("read", 1);
                throw new PralineException(answer);
            }

            return (store, [.. Enumerable.Range(0, settings.WorldSize).Select(rank => RankReport.Parse(store.TryGet($"join/{rank}") ?? own.ToText()))]);
        }
        catch (TorchException error)
        {
            throw new PralineException(
                $"Rank {own.Rank}: rank 0 at {Address} went away before all ranks had come: its own message says why, or another program is at that port. ({error.Message.Split('\n')[0]})", error);
        }
    }

    private bool CanConnect()
    {
        try
        {
            using var probe = new TcpClient();
            probe.Connect(settings.MasterAddress, settings.MasterPort);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool WaitFor(Func<bool> holds, TimeSpan limit)
    {
        var end = DateTime.UtcNow + limit;
        while (!holds())
        {
            if (DateTime.UtcNow > end)
            {
                return false;
            }

            Thread.Sleep(Pause);
        }

        return true;
    }
}
