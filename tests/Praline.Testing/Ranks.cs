using System.Net;
using System.Net.Sockets;
using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Testing;

/// <summary>Ranks as threads of the test's process: the same sockets and messages as between processes.</summary>
public static class Ranks
{
    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What a launcher on this host would say.</summary>
    public static LaunchSettings Settings(int rank, int size, int port) => new(rank, size, rank, size, "127.0.0.1", port, "test");

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs the body once per rank; gives what each returned. A rank that waits for ever for one that failed fails the test, after a while.</summary>
    public static T[] Run<T>(int size, Func<World, T> body, double timeoutSeconds = 20)
    {
        var port = FreePort();
        var results = new T[size];
        var errors = new Exception?[size];
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                using var scope = new TensorScope();
                using var world = World.Join(Settings(rank, size, port), new WorldOptions { Timeout = TimeSpan.FromSeconds(timeoutSeconds) });
                results[rank] = body(world);
            }
            catch (Exception error)
            {
                errors[rank] = error;
            }
        })
        { IsBackground = true }).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        var end = DateTime.UtcNow + Limit;
        for (var rank = 0; rank < size; rank++)
        {
            while (!threads[rank].Join(TimeSpan.FromMilliseconds(100)))
            {
                if (DateTime.UtcNow > end)
                {
                    throw new InvalidOperationException(
                        $"Rank {rank} did not end within {Limit}; of the others: {errors.OfType<Exception>().FirstOrDefault()?.Message ?? "no error"}", errors.OfType<Exception>().FirstOrDefault());
                }
            }
        }

        return errors.OfType<Exception>().FirstOrDefault() is { } first ? throw new InvalidOperationException(first.Message, first) : results;
    }
}
