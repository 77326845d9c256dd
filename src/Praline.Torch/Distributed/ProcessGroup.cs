using Praline.Torch.Native;

namespace Praline.Torch.Distributed;

/// <summary>
/// Collectives over the ranks of a group. Every rank calls the same ones in the same order. An element's terms are added in an order
/// that depends on its place and the number of ranks alone, so that sums are the same bits on every rank and in every run with as many.
/// </summary>
public sealed unsafe class ProcessGroup : IDisposable
{
    private const int Broadcasting = 0;
    private const int Summing = 1;
    private const int Gathering = 2;
    private const int Scattering = 3;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private readonly Action<string?> _lookAround;
    private nint _handle;
    private bool _broken;

    /// <summary>Connects to the other ranks of the group of this name; returns when all have.</summary>
    /// <param name="store">Where ranks find each other.</param>
    /// <param name="name">Tells groups of one store apart.</param>
    /// <param name="backend">What carries tensors.</param>
    /// <param name="rank">This process, from 0.</param>
    /// <param name="worldSize">How many there are.</param>
    /// <param name="timeout">How long one collective may take.</param>
    /// <param name="hostname">The local address to use; null for the host name's.</param>
    /// <param name="interfaceName">The network interface to use instead; null for none.</param>
    /// <param name="lookAround">
    /// Called while a collective is waited for, with null, and with the error when one failed: throws when it knows that a rank is lost.
    /// </param>
    /// <exception cref="TorchException">Not all ranks came.</exception>
    public ProcessGroup(
        Store store, string name, DistributedBackend backend, int rank, int worldSize, TimeSpan timeout, string? hostname = null,
        string? interfaceName = null, Action<string?>? lookAround = null)
    {
        nint handle;
        NativeMethods.Check(
            DistributedMethods.pt_group_create(
                store.Handle, name, (int)backend, rank, worldSize, (long)timeout.TotalMilliseconds, hostname, interfaceName, &handle),
            "connect ranks");
        (_handle, Rank, WorldSize) = (handle, rank, worldSize);
        _lookAround = lookAround ?? (_ => { });
    }

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>How many processes there are.</summary>
    public int WorldSize { get; }

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(ProcessGroup));

    /// <summary>Gives every rank the root's numbers, in place.</summary>
    public void Broadcast(Tensor tensor, int root = 0) => Run(Broadcasting, tensor, null, root);

    /// <summary>Replaces the numbers by their sums over all ranks.</summary>
    public void AllReduce(Tensor tensor) => Run(Summing, tensor, null);

    /// <summary>Puts every rank's part [n] one after the other into <paramref name="whole"/> [world · n].</summary>
    public void AllGather(Tensor part, Tensor whole) => Run(Gathering, part, whole);

    /// <summary>Gives this rank its part [n] of the sum of everybody's <paramref name="whole"/> [world · n].</summary>
    public void ReduceScatter(Tensor whole, Tensor part) => Run(Scattering, whole, part);

    /// <summary>
    /// Starts gathering tensors of which each rank has a part, whichever rank asks for them. Ranks may ask for different ones, and differently
    /// often: each round every rank says which it wants, and everybody gives their part of what the first rank that wants any wants. Over when this
    /// rank's is there; for a rank that wants none, when nobody wants any more.
    /// </summary>
    /// <param name="parts">This rank's part of each; not to be changed until every rank has asked for none.</param>
    /// <param name="types">The type in which each travels.</param>
    /// <param name="wanted">The number of the one that this rank wants; −1 for none.</param>
    /// <param name="whole">Where it is put, one rank's part after the other's; null when none is wanted.</param>
    public Collective StartLending(IReadOnlyList<Tensor> parts, IReadOnlyList<DType> types, int wanted, Tensor? whole)
    {
        nint work;
        nint[] handles = [.. parts.Select(part => part.Handle)];
        int[] numbers = [.. types.Select(type => (int)type)];
        fixed (nint* p = handles)
        fixed (int* t = numbers)
        {
            NativeMethods.Check(DistributedMethods.pt_group_lend(Handle, p, t, handles.Length, wanted, whole?.Handle ?? 0, &work), "collective");
        }

        GC.KeepAlive(parts);
        GC.KeepAlive(whole);
        return new Collective(this, work);
    }

    /// <summary>Waits until <paramref name="wait"/> (given milliseconds) says 0, looking around meanwhile.</summary>
    internal void Wait(Func<long, int> wait)
    {
        for (; ; )
        {
            var status = wait((long)Slice.TotalMilliseconds);
            if (status == 0)
            {
                return;
            }

            try
            {
                _lookAround(status < 0 ? NativeMethods.LastError() : null);
                NativeMethods.Check(Math.Min(status, 0), "collective");
            }
            catch
            {
                _broken = true;
                throw;
            }
        }
    }

    /// <summary>
    /// Closes the connections. After a failure they are left to the process's end: a thread may be waiting in them for a rank that
    /// will never answer.
    /// </summary>
    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0 && !_broken)
        {
            DistributedMethods.pt_group_free(handle);
        }
    }

    private void Run(int what, Tensor tensor, Tensor? output, int root = 0)
    {
        nint work;
        NativeMethods.Check(DistributedMethods.pt_group_start(Handle, what, tensor.Handle, output?.Handle ?? 0, root, &work), "collective");
        using var started = new Collective(this, work);
        started.Wait();
        GC.KeepAlive(tensor);
        GC.KeepAlive(output);
    }
}
