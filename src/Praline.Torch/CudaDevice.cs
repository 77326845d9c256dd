using System.Globalization;
using System.Runtime.InteropServices;
using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>An NVIDIA GPU as its driver describes it.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="MemoryBytes">All its memory.</param>
/// <param name="Capability">The compute capability, such as 9.0.</param>
/// <param name="DriverVersion">The newest CUDA that the driver knows, such as 13.0.</param>
public sealed unsafe record CudaDevice(int Index, string Name, long MemoryBytes, Version Capability, string DriverVersion)
{
    /// <summary>True when it computes in bfloat16 itself, and flash attention runs on it.</summary>
    public bool HasBFloat16 => Capability.Major >= 8;

    /// <summary>Every device that libtorch sees.</summary>
    public static IReadOnlyList<CudaDevice> All() => [.. Enumerable.Range(0, TorchRuntime.CudaDeviceCount).Select(Describe)];

    /// <summary>Fails unless a device can be used; makes it the current one of this thread.</summary>
    /// <exception cref="PralineException">There is no such GPU, or this libtorch has no part for GPUs.</exception>
    public static void Require(Device device)
    {
        if (device.Type != DeviceType.Cuda)
        {
            return;
        }

        var count = TorchRuntime.CudaDeviceCount;
        if (count == 0)
        {
            throw new PralineException(
                $"--device {device} was asked for, but libtorch {TorchRuntime.Version} ({TorchRuntime.LibraryPath}) sees no NVIDIA GPU. "
                + "`praline doctor` says what it found; a libtorch with CUDA is the one in the Python package torch (set LIBTORCH to its folder and "
                + "run scripts/build). Without a GPU use --device cpu.");
        }

        if (device.Index >= count)
        {
            throw new PralineException($"--device {device} was asked for, but there are {count} GPU(s): cuda:0 to cuda:{count - 1}.");
        }

        NativeMethods.Check(NativeMethods.pt_cuda_set_device(Math.Max(0, device.Index)), $"use {device}");
    }

    /// <summary>Bytes of tensors on the device now and at most, and the same of what libtorch holds of it.</summary>
    public static (long Allocated, long PeakAllocated, long Reserved, long PeakReserved) Memory(int index)
    {
        var bytes = stackalloc long[4];
        NativeMethods.Check(NativeMethods.pt_cuda_memory(index, bytes), "read a GPU's memory");
        return (bytes[0], bytes[1], bytes[2], bytes[3]);
    }

    /// <summary>Counts the peaks from here on.</summary>
    public static void ResetPeakMemory(int index) => NativeMethods.Check(NativeMethods.pt_cuda_reset_peak(index), "reset a GPU's peak memory");

    /// <summary>Gives memory back that libtorch holds for later tensors.</summary>
    public static void EmptyCache() => NativeMethods.Check(NativeMethods.pt_cuda_empty_cache(), "empty the allocator's cache");

    /// <summary>How often this thread waits for a GPU while the action runs.</summary>
    public static long CountSynchronizations(Action action)
    {
        long count = 0;
        NativeMethods.Check(NativeMethods.pt_cuda_count_synchronizations(1, &count), "count synchronizations");
        try
        {
            action();
        }
        finally
        {
            NativeMethods.Check(NativeMethods.pt_cuda_count_synchronizations(0, &count), "count synchronizations");
        }

        return count;
    }

    private static CudaDevice Describe(int index)
    {
        nint text;
        NativeMethods.Check(NativeMethods.pt_cuda_describe(index, &text), $"describe cuda:{index}");
        var values = Marshal.PtrToStringUTF8(text)!.Split('\n').Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new CudaDevice(
            index, values["name"], long.Parse(values["memory"], CultureInfo.InvariantCulture), Version.Parse(values["capability"]), values["driver"]);
    }
}
