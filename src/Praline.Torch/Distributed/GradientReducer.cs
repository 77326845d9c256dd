using Praline.Torch.Native;

namespace Praline.Torch.Distributed;

/// <summary>
/// Adds gradients up over micro-batches and ranks. In the last micro-batch of a step each bucket is sent as soon as the backward pass
/// has filled it, while the pass goes on; parameters that it does not reach count as zero.
/// </summary>
/// <remarks>
/// A step: for each micro-batch but the last, its backward pass and <see cref="TryAdd"/>; <see cref="Arm"/>, the last one's backward pass,
/// <see cref="Flush"/>, <see cref="Wait"/>; then <see cref="Result"/>, and <see cref="ClearSums"/> when they were used.
/// </remarks>
public sealed unsafe class GradientReducer : IDisposable
{
    private readonly ProcessGroup _group;
    private readonly Tensor[] _parameters;
    private nint _handle;

    /// <summary>Watches the parameters' gradients.</summary>
    /// <param name="group">Who exchanges them; nothing else may use this group meanwhile.</param>
    /// <param name="parameters">Leaves, by name.</param>
    /// <param name="plan">Which travel together.</param>
    /// <param name="scatter">Each rank gets its part of every sum only.</param>
    public GradientReducer(ProcessGroup group, IReadOnlyDictionary<string, Tensor> parameters, BucketPlan plan, bool scatter = false)
    {
        _group = group;
        Names = [.. parameters.Keys];
        _parameters = [.. parameters.Values];
        nint[] handles = [.. _parameters.Select(p => p.Handle)];
        int[] buckets = [.. Names.Select(name => plan.Places[name].Bucket)];
        long[] offsets = [.. Names.Select(name => plan.Places[name].Offset)];
        long[] sizes = [.. plan.Sizes];
        nint handle;
        fixed (nint* p = handles)
        fixed (int* b = buckets)
        fixed (long* o = offsets, s = sizes)
        {
            NativeMethods.Check(
                DistributedMethods.pt_reducer_create(group.Handle, p, b, o, handles.Length, s, sizes.Length, scatter ? 1 : 0, &handle), "watch gradients");
        }

        _handle = handle;
        Plan = plan;
    }

    /// <summary>The parameters' names, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Which parameters travel together.</summary>
    public BucketPlan Plan { get; }

    private nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(GradientReducer));

    /// <summary>Takes the gradients into this rank's sums and clears them; false, with nothing added, when one is NaN or infinite.</summary>
    public bool TryAdd()
    {
        int finite;
        NativeMethods.Check(DistributedMethods.pt_reducer_add(Handle, &finite), "add gradients");
        return finite != 0;
    }

    /// <summary>The next backward pass is the step's last: send what it completes.</summary>
    public void Arm() => NativeMethods.Check(DistributedMethods.pt_reducer_arm(Handle), "arm");

    /// <summary>The last backward pass is over (or there was none): sends the rest.</summary>
    /// <param name="drop">Leave out gradients that were not sent yet.</param>
    /// <returns>False when something that this rank sent is NaN or infinite.</returns>
    public bool Flush(bool drop)
    {
        int finite;
        NativeMethods.Check(DistributedMethods.pt_reducer_flush(Handle, drop ? 1 : 0, &finite), "send gradients");
        return finite != 0;
    }

    /// <summary>Waits until everything sent has been summed.</summary>
    public void Wait() => _group.Wait(limit => DistributedMethods.pt_reducer_wait(Handle, limit));

    /// <summary>Numbers of parameters that got more gradient after their bucket had been sent; it is still in them.</summary>
    public IReadOnlyList<int> Late() => Flagged(1);

    /// <summary>Numbers of parameters that have had a gradient on this rank since the last <see cref="ClearSums"/>.</summary>
    public IReadOnlyList<int> Used() => Flagged(2);

    /// <summary>The parameter with that number.</summary>
    public Tensor Parameter(int number) => _parameters[number];

    /// <summary>Forgets the sums over micro-batches: the step is over.</summary>
    public void ClearSums() => NativeMethods.Check(DistributedMethods.pt_reducer_clear_sums(Handle), "clear sums");

    /// <summary>A bucket's sum, flat: whole, or this rank's part of it when scattering. Valid until the next <see cref="Arm"/>.</summary>
    public Tensor Result(int bucket)
    {
        nint result;
        NativeMethods.Check(DistributedMethods.pt_reducer_result(Handle, bucket, &result), "summed gradients");
        return Tensor.Own(result);
    }

    /// <summary>What the exchanges took since the last call.</summary>
    public ReducerStatistics TakeStatistics()
    {
        double seconds, waited;
        long bytes;
        NativeMethods.Check(DistributedMethods.pt_reducer_stats(Handle, &seconds, &waited, &bytes), "statistics");
        return new ReducerStatistics(seconds, waited, bytes);
    }

    private int[] Flagged(int bit)
    {
        var flags = new int[_parameters.Length];
        fixed (int* pointer = flags)
        {
            NativeMethods.Check(DistributedMethods.pt_reducer_flags(Handle, pointer), "gradients' flags");
        }

        return [.. Enumerable.Range(0, flags.Length).Where(i => (flags[i] & bit) != 0)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            DistributedMethods.pt_reducer_free(handle);
        }

        GC.KeepAlive(_parameters);
    }
}
