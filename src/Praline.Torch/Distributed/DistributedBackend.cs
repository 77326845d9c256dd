using Praline.Torch.Native;

namespace Praline.Torch.Distributed;

/// <summary>What carries tensors between processes.</summary>
public enum DistributedBackend
{
    /// <summary>Sockets, for tensors in the CPU's memory.</summary>
    Gloo = 1,

    /// <summary>NVIDIA's collectives, for tensors on GPUs.</summary>
    Nccl = 2,
}

/// <summary>Which backends this build has.</summary>
public static class DistributedBackends
{
    /// <summary>True when collectives over this backend are compiled in.</summary>
    public static bool IsAvailable(DistributedBackend backend)
    {
        try
        {
            return (DistributedMethods.pt_dist_backends() & (int)backend) != 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // a native part that was built before there were collectives
        }
    }

    /// <summary>The backend for tensors on that device.</summary>
    /// <exception cref="PralineException">It is not part of this build.</exception>
    public static DistributedBackend For(Device device)
    {
        var backend = device.Type == DeviceType.Cuda ? DistributedBackend.Nccl : DistributedBackend.Gloo;
        return IsAvailable(backend) ? backend : throw new PralineException(
            backend == DistributedBackend.Gloo
                ? "Several processes need Gloo, which this build was made without: install libgloo-dev (Debian) beside libtorch-dev and build again (scripts/build)."
                : "Several GPUs need NCCL, which this build was made without: build against a libtorch with CUDA and NCCL's header (nccl.h).");
    }
}
