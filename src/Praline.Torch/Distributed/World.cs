using System.Text.Json;

namespace Praline.Torch.Distributed;

/// <summary>
/// All processes of a run, seen from one of them. <see cref="Single"/> is a world of one, in which every exchange is a no-op, so that code
/// needs no second path for it.
/// </summary>
public sealed class World : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly Store? _store;
    private readonly Watch? _watch;
    private readonly ProcessGroup? _control;
    private readonly Func<string, ProcessGroup>? _connect;
    private readonly List<ProcessGroup> _groups = [];
    private readonly Device _device;
    private bool _failed;
    private int _left;

    private World(int rank, int size) => (Rank, Size) = (rank, size);

    private World(LaunchSettings settings, WorldOptions options)
        : this(settings.Rank, settings.WorldSize)
    {
        Settings = settings;
        _device = options.Device;
        var backend = DistributedBackends.For(options.Device);
        var log = options.LogFile is null ? null : Path.GetFullPath(options.LogFile);
        var rendezvous = new Rendezvous(settings, options);
        (_store, var ranks) = rendezvous.Meet(new RankReport(settings.Rank, settings.WorldSize, Environment.MachineName, Environment.ProcessId, log));
        _watch = new Watch(settings, options, ranks);
        ProcessGroup Connect(string name)
        {
            // Connecting waits for every rank; one that dies meanwhile must not be waited for.
            var address = rendezvous.LocalAddress();
            var connecting = Task.Run(() => new ProcessGroup(
                _store, name, backend, Rank, Size, options.StallTimeout, address, Environment.GetEnvironmentVariable("GLOO_SOCKET_IFNAME"), _watch.LookAround));
            while (!Task.WaitAny([connecting], 50).Equals(0))
            {
                _watch.LookAround(null);
            }

            return connecting.IsFaulted ? throw Explained(connecting.Exception!.InnerException!) : connecting.Result;
        }

        _connect = Connect;
        _control = Open("control");
        Gradients = Open("gradients");
    }

    /// <summary>One process by itself.</summary>
    public static World Single { get; } = new(0, 1);

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>How many processes there are.</summary>
    public int Size { get; }

    /// <summary>True for the rank that writes files and talks to the user.</summary>
    public bool IsMain => Rank == 0;

    /// <summary>How this process was started; null in a world of one.</summary>
    public LaunchSettings? Settings { get; }

    /// <summary>A group of its own for gradients, which travel while other things are said; null in a world of one.</summary>
    public ProcessGroup? Gradients { get; }

    /// <summary>Meets the other processes; returns when all are there.</summary>
    /// <exception cref="PralineException">Somebody did not come, or does not fit; the message says who.</exception>
    public static World Join(LaunchSettings settings, WorldOptions options) => new(settings, options);

    /// <summary>The world that this process's launcher made, or <see cref="Single"/>.</summary>
    public static World FromEnvironment(Device device = default) =>
        LaunchSettings.FromEnvironment() is { } settings
            ? Join(settings, WorldOptions.FromEnvironment() with { Device = device == default ? Device.Cpu : device })
            : Single;

    /// <summary>
    /// Runs the body in the world that this process's launcher made. What it throws is told to the other ranks, so that their messages can
    /// say why this one stopped.
    /// </summary>
    public static T Run<T>(Device device, Func<World, T> body)
    {
        using var world = FromEnvironment(device);
        try
        {
            return body(world);
        }
        catch (Exception error)
        {
            world.Fail(error);
            throw;
        }
    }

    /// <summary>The same for a body that awaits.</summary>
    public static async Task<T> RunAsync<T>(Device device, Func<World, Task<T>> body)
    {
        using var world = FromEnvironment(device);
        try
        {
            return await body(world).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            world.Fail(error);
            throw;
        }
    }

    /// <summary>
    /// Connects the ranks of a world of several once more, for what travels while other things are said. All ranks call it in the same order; it
    /// lives as long as this world.
    /// </summary>
    /// <param name="name">Tells it apart from the others.</param>
    public ProcessGroup Open(string name)
    {
        var group = _connect!(name);
        _groups.Add(group);
        return group;
    }

    /// <summary>True when the item with this number is this rank's.</summary>
    public bool Owns(int item) => item % Size == Rank;

    /// <summary>Gives every rank the root's numbers, in place.</summary>
    public void Broadcast(Tensor tensor, int root = 0)
    {
        if (Size == 1)
        {
            return;
        }

        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        _watch!.Exchanging();
        var plain = tensor.Detach().Contiguous();
        _control!.Broadcast(plain, root);
        tensor.CopyInPlace(plain);
    }

    /// <summary>Replaces the numbers by their sums over all ranks: the same bits on every rank, and in every run with as many ranks.</summary>
    public void AllReduce(Tensor tensor)
    {
        if (Size > 1)
        {
            _watch!.Exchanging();
            _control!.AllReduce(tensor);
        }
    }

    /// <summary>Puts every rank's part [n] one after the other into <paramref name="whole"/> [size · n].</summary>
    public void AllGather(Tensor part, Tensor whole)
    {
        if (Size == 1)
        {
            whole.CopyInPlace(part.View(whole.Shape));
            return;
        }

        _watch!.Exchanging();
        _control!.AllGather(part, whole);
    }

    /// <summary>What every rank gave, in rank order, on every rank.</summary>
    public T[] Gather<T>(T value) =>
        Size == 1 ? [value] : [.. GatherBytes(JsonSerializer.SerializeToUtf8Bytes(value, Json)).Select(bytes => JsonSerializer.Deserialize<T>(bytes, Json)!)];

    /// <summary>What rank 0 gave, on every rank.</summary>
    public T FromMain<T>(T value) => Size == 1 ? value : Gather(IsMain ? value : default)[0]!;

    /// <summary>Bytes of every rank, in rank order, on every rank.</summary>
    public byte[][] GatherBytes(byte[] own)
    {
        if (Size == 1)
        {
            return [own];
        }

        using var scope = new TensorScope();
        _watch!.Exchanging();
        var lengths = Tensor.Zeros([Size], DType.Int64, _device);
        _control!.AllGather(Tensor.From<long>([own.LongLength], 1).To(_device), lengths);
        var counts = lengths.ToArray<long>();
        var longest = Math.Max(1, counts.Max());
        var padded = new byte[longest];
        own.CopyTo(padded, 0);
        var all = Tensor.Zeros([Size * longest], DType.UInt8, _device);
        _control.AllGather(Tensor.From<byte>(padded, longest).To(_device), all);
        var bytes = all.ToArray<byte>();
        return [.. counts.Select((count, rank) => bytes.AsSpan((int)(rank * longest), (int)count).ToArray())];
    }

    /// <summary>Waits until every rank is here.</summary>
    public void Barrier() => Gather(0);

    /// <summary>Tells the other ranks why this one stops, so that their messages can say it.</summary>
    public void Fail(Exception error)
    {
        _failed = true;
        _watch?.Fail(error is OperationCanceledException ? "it was interrupted." : error.Message);
    }

    /// <summary>Leaves: after success together with the others, after a failure at once.</summary>
    public void Dispose()
    {
        if (Size == 1 || Interlocked.Exchange(ref _left, 1) != 0)
        {
            return;
        }

        if (!_failed)
        {
            Part();
        }

        _watch!.Dispose();
        if (!_failed)
        {
            _groups.ForEach(group => group.Dispose());
            _store!.Dispose();
        }
    }

    /// <summary>Who is lost, where that is known; else the error itself.</summary>
    private Exception Explained(Exception error)
    {
        try
        {
            _watch!.LookAround(error.Message);
            return error;
        }
        catch (PralineException lost)
        {
            return lost;
        }
    }

    /// <summary>Rank 0 serves the store: it goes last.</summary>
    private void Part()
    {
        try
        {
            Barrier();
            _store!.Add("left", 1);
            for (var i = 0; IsMain && i < 250 && _store.Add("left", 0) < Size; i++)
            {
                Thread.Sleep(20);
            }
        }
        catch (Exception error) when (error is PralineException or TorchException)
        {
            _failed = true; // the work is done; who left first does not matter
        }
    }
}
