using System.Runtime.InteropServices;
using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>The libtorch in use: version, where it is, threads, devices, determinism.</summary>
public static class TorchRuntime
{
    /// <summary>The version, such as 1.13.1.</summary>
    public static string Version => Marshal.PtrToStringUTF8(NativeMethods.pt_version())!;

    /// <summary>libtorch's own account of how it was built and how it runs in parallel.</summary>
    public static string BuildInfo => Marshal.PtrToStringUTF8(NativeMethods.pt_build_info())!;

    /// <summary>The libtorch library that the native part was linked against.</summary>
    public static string LibraryPath => Marshal.PtrToStringUTF8(NativeMethods.pt_library_path())!;

    /// <summary>Why that library was chosen: <c>LIBTORCH</c>, <c>system</c> or <c>Python package torch</c>.</summary>
    public static string LibraryOrigin => Marshal.PtrToStringUTF8(NativeMethods.pt_library_origin())!;

    /// <summary>Where the native part was loaded from.</summary>
    public static string? NativePath
    {
        get
        {
            _ = Version; // loads it
            return NativeLoader.LoadedPath;
        }
    }

    /// <summary>
    /// Threads that one operator may use. Set it once, early: the default of some builds is 1, of others every core of the
    /// machine, whatever the container allows.
    /// </summary>
    public static int Threads
    {
        get => NativeMethods.pt_get_num_threads();
        set => NativeMethods.Check(NativeMethods.pt_set_num_threads(Math.Max(1, value)), "set the thread count");
    }

    /// <summary>
    /// From now on the CPU's memory that is freed goes back to the system at once, if it is a block of a megabyte or more. The C library else keeps it for what
    /// is allocated next, which is faster: worth it where memory matters more than time.
    /// </summary>
    public static void ReturnMemory() => NativeMethods.pt_return_memory();

    /// <summary>The number of CUDA devices; 0 without CUDA.</summary>
    public static int CudaDeviceCount => NativeMethods.pt_cuda_device_count();

    /// <summary>
    /// Fused operators and attention in libtorch's operators on the CPU too, as they run on GPUs: for tests, on the thread that sets it.
    /// Starts as the environment's <c>PRALINE_PORTABLE_KERNELS</c> says (1 or nothing).
    /// </summary>
    public static bool PortableKernels
    {
        get => NativeMethods.pt_portable_kernels() != 0;
        set => NativeMethods.Check(NativeMethods.pt_set_portable_kernels(value ? 1 : 0), "choose kernels");
    }

    /// <summary>Refuse operators that have no deterministic implementation.</summary>
    public static void UseDeterministicAlgorithms(bool on) =>
        NativeMethods.Check(NativeMethods.pt_set_deterministic(on ? 1 : 0), "set determinism");

    /// <summary>Let fp32 matrix products use TF32 on GPUs that have it (faster, about three decimal digits).</summary>
    public static void AllowTf32(bool on) => NativeMethods.Check(NativeMethods.pt_set_allow_tf32(on ? 1 : 0), "set TF32");

    /// <summary>Waits for the GPU to finish what was asked of it; does nothing on the CPU.</summary>
    public static void Synchronize() => NativeMethods.Check(NativeMethods.pt_cuda_synchronize(), "synchronize");

    /// <summary>Seeds libtorch's default generators.</summary>
    public static void ManualSeed(ulong seed) => NativeMethods.Check(NativeMethods.pt_manual_seed(seed), "seed");
}
