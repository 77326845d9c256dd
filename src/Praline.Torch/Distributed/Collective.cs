using Praline.Torch.Native;

namespace Praline.Torch.Distributed;

/// <summary>A collective that was started and goes on beside other work.</summary>
public sealed class Collective : IDisposable
{
    private readonly ProcessGroup _group;
    private nint _handle;

    internal Collective(ProcessGroup group, nint handle) => (_group, _handle) = (group, handle);

    /// <summary>Waits until it is over.</summary>
    /// <exception cref="PralineException">A rank is lost.</exception>
    public void Wait()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        _group.Wait(limit => DistributedMethods.pt_work_wait(_handle, limit));
    }

    /// <summary>Forgets it: under way, it comes to its end all the same.</summary>
    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            DistributedMethods.pt_work_free(handle);
        }
    }
}
