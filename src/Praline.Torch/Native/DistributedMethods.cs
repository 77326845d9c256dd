using System.Runtime.InteropServices;

namespace Praline.Torch.Native;

/// <summary>The functions of <c>native/praline_torch/include/praline_distributed.h</c>, one for one.</summary>
internal static unsafe partial class DistributedMethods
{
    private const string Library = "praline_torch";

    static DistributedMethods() => NativeLoader.Register();

    [LibraryImport(Library)]
    internal static partial int pt_dist_backends();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int pt_store_create(string host, int port, int serve, long timeoutMs, nint* result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int pt_store_set(nint store, string key, byte* value, long bytes);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int pt_store_get(nint store, string key, nint* value, long* bytes);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int pt_store_add(nint store, string key, long amount, long* result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int pt_store_has(nint store, string key, int* result);

    [LibraryImport(Library)]
    internal static partial void pt_store_free(nint store);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int pt_group_create(
        nint store, string name, int backend, int rank, int world, long timeoutMs, string? hostname, string? interfaceName, nint* result);

    [LibraryImport(Library)]
    internal static partial void pt_group_free(nint group);

    [LibraryImport(Library)]
    internal static partial int pt_group_start(nint group, int what, nint tensor, nint output, int root, nint* result);

    [LibraryImport(Library)]
    internal static partial int pt_group_lend(nint group, nint* parts, int* types, int n, int wanted, nint whole, nint* result);

    [LibraryImport(Library)]
    internal static partial int pt_work_wait(nint work, long timeoutMs);

    [LibraryImport(Library)]
    internal static partial void pt_work_free(nint work);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_create(
        nint group, nint* parameters, int* bucketOf, long* offsetOf, int n, long* bucketSize, int buckets, int scatter, nint* result);

    [LibraryImport(Library)]
    internal static partial void pt_reducer_free(nint reducer);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_add(nint reducer, int* finite);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_arm(nint reducer);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_flush(nint reducer, int drop, int* finite);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_wait(nint reducer, long timeoutMs);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_flags(nint reducer, int* flags);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_clear_sums(nint reducer);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_result(nint reducer, int bucket, nint* result);

    [LibraryImport(Library)]
    internal static partial int pt_reducer_stats(nint reducer, double* seconds, double* waited, long* bytes);
}
