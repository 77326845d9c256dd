using System.Globalization;
using System.Runtime.InteropServices;
using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>
/// A tensor of libtorch's. Belongs to the <see cref="TensorScope"/> that is current when it is made, which frees it; without a scope,
/// dispose it (a finalizer is the last resort).
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private static long _liveCount;
    private nint _handle;

    private Tensor(nint handle)
    {
        _handle = handle;
        Interlocked.Increment(ref _liveCount);
        TensorScope.Current?.Add(this);
    }

    /// <summary>Frees the native tensor when nobody did.</summary>
    ~Tensor() => Free();

    /// <summary>Tensors that are alive in this process, for tests that watch for leaks.</summary>
    public static long LiveCount => Interlocked.Read(ref _liveCount);

    /// <summary>True after <see cref="Dispose"/>.</summary>
    public bool IsDisposed => _handle == 0;

    /// <summary>The sizes of all dimensions.</summary>
    public long[] Shape
    {
        get
        {
            var sizes = new long[Dim];
            fixed (long* pointer = sizes)
            {
                NativeMethods.pt_tensor_sizes(Handle, pointer);
            }

            return sizes;
        }
    }

    /// <summary>The number of dimensions.</summary>
    public int Dim => NativeMethods.pt_tensor_dim(Handle);

    /// <summary>The number of elements.</summary>
    public long Numel => NativeMethods.pt_tensor_numel(Handle);

    /// <summary>The element type.</summary>
    public DType DType => (DType)NativeMethods.pt_tensor_dtype(Handle);

    /// <summary>Where the data lies.</summary>
    public Device Device => Device.FromCode(NativeMethods.pt_tensor_device(Handle));

    /// <summary>True when the elements lie in row-major order without gaps.</summary>
    public bool IsContiguous => NativeMethods.pt_tensor_is_contiguous(Handle) != 0;

    /// <summary>True when operations on it are recorded for gradients. Settable on leaves.</summary>
    public bool RequiresGrad
    {
        get => NativeMethods.pt_tensor_requires_grad(Handle) != 0;
        set => NativeMethods.Check(NativeMethods.pt_tensor_set_requires_grad(Handle, value ? 1 : 0), "set requires_grad");
    }

    /// <summary>True when it was not computed from something that requires gradients.</summary>
    public bool IsLeaf => NativeMethods.pt_tensor_is_leaf(Handle) != 0;

    /// <summary>
    /// The gradient that <see cref="Backward"/> left, or null. Each read gives a new handle (freed by the scope) to the same storage.
    /// </summary>
    public Tensor? Grad
    {
        get
        {
            var handle = NativeMethods.pt_tensor_grad(Handle);
            return handle == 0 ? null : Own(handle);
        }

        set => NativeMethods.Check(NativeMethods.pt_tensor_set_grad(Handle, value?.Handle ?? 0), "set grad");
    }

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "This tensor was freed already (its scope ended, or Dispose was called).");

    internal TensorScope? Scope { get; set; }

    /// <summary>The size of one dimension; negative counts from the end.</summary>
    public long Size(int dimension)
    {
        var shape = Shape;
        return shape[dimension < 0 ? dimension + shape.Length : dimension];
    }

    /// <summary>Copies managed data into a new CPU tensor; without a shape it is one-dimensional.</summary>
    /// <exception cref="ArgumentException">The shape has another number of elements than the data.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> data, params long[] shape)
        where T : unmanaged
    {
        if (shape.Length == 0)
        {
            shape = [data.Length];
        }

        var count = shape.Aggregate(1L, (a, b) => a * b);
        if (count != data.Length)
        {
            throw new ArgumentException($"{data.Length} values do not fill a tensor of shape [{string.Join(", ", shape)}].");
        }

        var tensor = Empty(shape, DTypes.Of<T>());
        if (count > 0)
        {
            fixed (T* source = data)
            {
                Buffer.MemoryCopy(source, (void*)NativeMethods.pt_tensor_data(tensor.Handle), count * sizeof(T), count * sizeof(T));
            }
        }

        return tensor;
    }

    /// <summary>A tensor over memory that somebody else owns; <paramref name="release"/> runs when libtorch lets go of it.</summary>
    public static Tensor FromMemory(void* data, long[] shape, DType dtype, Action release)
    {
        var context = GCHandle.ToIntPtr(GCHandle.Alloc(release));
        nint result;
        fixed (long* sizes = shape)
        {
            NativeMethods.Check(
                NativeMethods.pt_tensor_from_blob(data, sizes, shape.Length, (int)dtype, &Release, context, &result),
                "wrap memory in a tensor");
        }

        return Own(result);
    }

    /// <summary>The elements in row-major order, copied to the CPU and converted where the type differs.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        var wanted = DTypes.Of<T>();
        using var plain = Prepare(wanted);
        var data = new T[plain.Numel];
        if (data.Length > 0)
        {
            new ReadOnlySpan<T>((void*)NativeMethods.pt_tensor_data(plain.Handle), data.Length).CopyTo(data);
        }

        return data;
    }

    /// <summary>The only element of a tensor that has just one.</summary>
    public T Item<T>()
        where T : unmanaged
    {
        if (Numel != 1)
        {
            throw new InvalidOperationException($"Item needs a tensor of one element, this one is {Describe()}.");
        }

        return ToArray<T>()[0];
    }

    /// <summary>The raw bytes of a contiguous CPU tensor, valid while the tensor is.</summary>
    public Span<byte> Bytes()
    {
        if (!IsContiguous || Device.Type != DeviceType.Cpu)
        {
            throw new InvalidOperationException($"Bytes needs a contiguous CPU tensor, this one is {Describe()} on {Device}.");
        }

        return new Span<byte>((void*)NativeMethods.pt_tensor_data(Handle), checked((int)(Numel * DType.Size())));
    }

    /// <summary>Adds the gradients of this scalar to the leaves' <see cref="Grad"/>.</summary>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false)
    {
        if (gradient is null)
        {
            Autograd.Backward([this], default, retainGraph, createGraph);
        }
        else
        {
            Autograd.Backward([this], [gradient], retainGraph, createGraph);
        }
    }

    /// <summary>
    /// Gives this tensor another's numbers, shape and memory, as <c>tensor.data = other</c> does: everybody who holds it sees the other's numbers
    /// from now on, graphs of gradients too, which don't notice. It stays the leaf that it is.
    /// </summary>
    public void SetData(Tensor other) => SetDataOp.Run(this, other.Detach());

    /// <summary>Another handle to the same tensor, with a life of its own.</summary>
    public Tensor Alias() => Own(NativeMethods.pt_tensor_share(Handle));

    /// <summary>Hands the tensor to the scope outside the current one (or to none).</summary>
    public Tensor MoveToOuterScope()
    {
        var outer = Scope?.Outer;
        Scope = null;
        outer?.Add(this);
        return this;
    }

    /// <summary>Takes the tensor out of every scope: whoever holds it disposes it.</summary>
    public Tensor DetachFromScope()
    {
        Scope = null;
        return this;
    }

    /// <summary>Shape and element type, as error messages show them: <c>Float32[2, 3]</c>.</summary>
    public string Describe() => _handle == 0 ? "(freed)" : $"{DType}[{string.Join(", ", Shape)}]";

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_handle == 0 || Numel > 64)
        {
            return Describe();
        }

        var values = ToArray<double>().Select(v => v.ToString("g6", CultureInfo.InvariantCulture));
        return $"{Describe()} {{ {string.Join(", ", values)} }}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    internal static Tensor Own(nint handle) =>
        handle != 0 ? new Tensor(handle) : throw new TorchException("libtorch returned no tensor where one was expected");

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void Release(nint context)
    {
        var handle = GCHandle.FromIntPtr(context);
        ((Action)handle.Target!)();
        handle.Free();
    }

    private Tensor Prepare(DType wanted)
    {
        // Each step is freed at once: this is also called where no scope is open.
        using var detached = Detach();
        using var onCpu = detached.To(Device.Cpu);
        using var converted = onCpu.To(wanted);
        return converted.Contiguous();
    }

    private void Free()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            NativeMethods.pt_tensor_free(handle);
            Interlocked.Decrement(ref _liveCount);
        }
    }
}
