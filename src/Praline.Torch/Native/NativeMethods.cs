using System.Runtime.InteropServices;

namespace Praline.Torch.Native;

/// <summary>The functions of <c>native/praline_torch/include/praline_torch.h</c>, one for one.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "praline_torch";

    static NativeMethods() => NativeLoader.Register();

    [LibraryImport(Library)]
    internal static partial nint pt_last_error();

    [LibraryImport(Library)]
    internal static partial int pt_last_error_is_memory();

    [LibraryImport(Library)]
    internal static partial nint pt_version();

    [LibraryImport(Library)]
    internal static partial nint pt_build_info();

    [LibraryImport(Library)]
    internal static partial nint pt_library_path();

    [LibraryImport(Library)]
    internal static partial nint pt_library_origin();

    [LibraryImport(Library)]
    internal static partial int pt_set_num_threads(int threads);

    [LibraryImport(Library)]
    internal static partial int pt_get_num_threads();

    [LibraryImport(Library)]
    internal static partial int pt_set_interop_threads(int threads);

    [LibraryImport(Library)]
    internal static partial void pt_return_memory();

    [LibraryImport(Library)]
    internal static partial int pt_cuda_device_count();

    [LibraryImport(Library)]
    internal static partial int pt_set_deterministic(int on);

    [LibraryImport(Library)]
    internal static partial int pt_set_allow_tf32(int on);

    [LibraryImport(Library)]
    internal static partial int pt_cuda_synchronize();

    [LibraryImport(Library)]
    internal static partial int pt_cuda_set_device(int index);

    [LibraryImport(Library)]
    internal static partial int pt_cuda_describe(int index, nint* text);

    [LibraryImport(Library)]
    internal static partial int pt_cuda_memory(int index, long* bytes);

    [LibraryImport(Library)]
    internal static partial int pt_cuda_reset_peak(int index);

    [LibraryImport(Library)]
    internal static partial int pt_cuda_empty_cache();

    [LibraryImport(Library)]
    internal static partial int pt_cuda_count_synchronizations(int on, long* count);

    [LibraryImport(Library)]
    internal static partial int pt_set_portable_kernels(int on);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int pt_portable_kernels();

    [LibraryImport(Library)]
    internal static partial int pt_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial void pt_free(nint memory);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint pt_operator_find(string name, string overload);

    [LibraryImport(Library)]
    internal static partial nint pt_operator_schema(nint op);

    [LibraryImport(Library)]
    internal static partial int pt_operator_call(
        nint op, NativeValue* args, int nargs, NativeValue* results, int capacity, int* count);

    [LibraryImport(Library)]
    internal static partial int pt_tensor_from_blob(
        void* data, long* sizes, int dims, int dtype, delegate* unmanaged[Cdecl]<nint, void> release, nint context, nint* result);

    [LibraryImport(Library)]
    internal static partial void pt_tensor_free(nint tensor);

    [LibraryImport(Library)]
    internal static partial nint pt_tensor_share(nint tensor);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int pt_tensor_dim(nint tensor);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial void pt_tensor_sizes(nint tensor, long* sizes);

    [LibraryImport(Library)]
    internal static partial int pt_tensor_strides(nint tensor, long* strides);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial long pt_tensor_numel(nint tensor);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int pt_tensor_dtype(nint tensor);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial long pt_tensor_device(nint tensor);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int pt_tensor_is_contiguous(nint tensor);

    [LibraryImport(Library)]
    internal static partial nint pt_tensor_data(nint tensor);

    [LibraryImport(Library)]
    internal static partial int pt_tensor_requires_grad(nint tensor);

    [LibraryImport(Library)]
    internal static partial int pt_tensor_set_requires_grad(nint tensor, int on);

    [LibraryImport(Library)]
    internal static partial int pt_tensor_is_leaf(nint tensor);

    [LibraryImport(Library)]
    internal static partial nint pt_tensor_grad(nint tensor);

    [LibraryImport(Library)]
    internal static partial int pt_tensor_set_grad(nint tensor, nint grad);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int pt_grad_enabled();

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial void pt_set_grad_enabled(int on);

    [LibraryImport(Library)]
    internal static partial int pt_backward(nint* roots, nint* grads, int n, int retainGraph, int createGraph);

    [LibraryImport(Library)]
    internal static partial int pt_grad(
        nint* outputs, nint* gradOutputs, int outputCount, nint* inputs, int inputCount, int retainGraph, int createGraph,
        int allowUnused, nint* results);

    [LibraryImport(Library)]
    internal static partial int pt_checkpoint(
        nint output, nint innerInput, nint outerInput, delegate* unmanaged[Cdecl]<nint, nint, nint*, int, nint*, int> callback,
        delegate* unmanaged[Cdecl]<nint, void> release, nint context, nint* result);

    [LibraryImport(Library)]
    internal static partial int pt_generator_create(long device, ulong seed, nint* result);

    [LibraryImport(Library)]
    internal static partial void pt_generator_free(nint generator);

    [LibraryImport(Library)]
    internal static partial int pt_generator_seed(nint generator, ulong seed);

    [LibraryImport(Library)]
    internal static partial int pt_generator_get_state(nint generator, nint* state);

    [LibraryImport(Library)]
    internal static partial int pt_generator_set_state(nint generator, nint state);

    /// <summary>The message of the last failure on this thread.</summary>
    internal static string LastError() => Marshal.PtrToStringUTF8(pt_last_error()) ?? "unknown native error";

    /// <summary>Throws <see cref="TorchException"/> (<see cref="DeviceMemoryException"/>) when a native call reports failure.</summary>
    internal static void Check(int status, string what)
    {
        if (status != 0)
        {
            throw Failure(what);
        }
    }

    /// <summary>The exception for the last failure on this thread.</summary>
    internal static Exception Failure(string what) => pt_last_error_is_memory() != 0
        ? new DeviceMemoryException($"{what}: {LastError()}")
        : new TorchException($"{what}: {LastError()}");
}
