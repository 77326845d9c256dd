namespace Praline.Torch;

/// <content>Views, indexing and conversions.</content>
public sealed partial class Tensor
{
    private static readonly Operator ViewOp = new("aten::view");
    private static readonly Operator ReshapeOp = new("aten::reshape");
    private static readonly Operator TransposeOp = new("aten::transpose", "int");
    private static readonly Operator PermuteOp = new("aten::permute");
    private static readonly Operator UnsqueezeOp = new("aten::unsqueeze");
    private static readonly Operator SqueezeOp = new("aten::squeeze", "dim");
    private static readonly Operator ExpandOp = new("aten::expand");
    private static readonly Operator RepeatOp = new("aten::repeat");
    private static readonly Operator RepeatInterleaveOp = new("aten::repeat_interleave", "self_int");
    private static readonly Operator FlattenOp = new("aten::flatten", "using_ints");
    private static readonly Operator SliceOp = new("aten::slice", "Tensor");
    private static readonly Operator NarrowOp = new("aten::narrow");
    private static readonly Operator SelectOp = new("aten::select", "int");
    private static readonly Operator IndexSelectOp = new("aten::index_select");
    private static readonly Operator IndexOp = new("aten::index", "Tensor");
    private static readonly Operator IndexCopyOp = new("aten::index_copy_");
    private static readonly Operator IndexAddOp = new("aten::index_add");
    private static readonly Operator GatherOp = new("aten::gather");
    private static readonly Operator ScatterOp = new("aten::scatter", "src");
    private static readonly Operator ScatterAddOp = new("aten::scatter_add");
    private static readonly Operator MaskedFillOp = new("aten::masked_fill", "Scalar");
    private static readonly Operator SplitOp = new("aten::split_with_sizes");
    private static readonly Operator ChunkOp = new("aten::chunk");
    private static readonly Operator FlipOp = new("aten::flip");
    private static readonly Operator ContiguousOp = new("aten::contiguous");
    private static readonly Operator CloneOp = new("aten::clone");
    private static readonly Operator DetachOp = new("aten::detach");
    private static readonly Operator ToDTypeOp = new("aten::to", "dtype");
    private const long PinnedBytes = 64L << 20;
    private static readonly Operator ToDeviceOp = new("aten::to", "device");
    private static readonly Operator PinOp = new("aten::pin_memory");
    private static readonly Operator CopyOp = new("aten::copy_");
    private static readonly Operator NonzeroOp = new("aten::nonzero");
    private static readonly Operator TrilOp = new("aten::tril");
    private static readonly Operator TriuOp = new("aten::triu");

    /// <summary>The same data in another shape; -1 is worked out.</summary>
    public Tensor View(params long[] shape) => ViewOp.Call(this, shape);

    /// <summary>Another shape, copied only when it must be.</summary>
    public Tensor Reshape(params long[] shape) => ReshapeOp.Call(this, shape);

    /// <summary>Two dimensions exchanged.</summary>
    public Tensor Transpose(int first, int second) => TransposeOp.Call(this, first, second);

    /// <summary>The dimensions in another order.</summary>
    public Tensor Permute(params long[] order) => PermuteOp.Call(this, order);

    /// <summary>A new dimension of size 1.</summary>
    public Tensor Unsqueeze(int dimension) => UnsqueezeOp.Call(this, dimension);

    /// <summary>A dimension of size 1 removed.</summary>
    public Tensor Squeeze(int dimension) => SqueezeOp.Call(this, dimension);

    /// <summary>Dimensions of size 1 stretched without copying; -1 keeps a size.</summary>
    public Tensor Expand(params long[] shape) => ExpandOp.Call(this, shape);

    /// <summary>Copies side by side.</summary>
    public Tensor Repeat(params long[] times) => RepeatOp.Call(this, times);

    /// <summary>Each slice of a dimension so many times in a row.</summary>
    public Tensor RepeatInterleave(long times, int dimension) => RepeatInterleaveOp.Call(this, times, dimension);

    /// <summary>Several dimensions as one.</summary>
    public Tensor Flatten(int first = 0, int last = -1) => FlattenOp.Call(this, first, last);

    /// <summary>From <paramref name="start"/> up to, not including, <paramref name="end"/>; negatives count from the end.</summary>
    public Tensor Slice(int dimension, long start, long end = long.MaxValue, long step = 1) =>
        SliceOp.Call(this, dimension, start, end, step);

    /// <summary><paramref name="length"/> slices from <paramref name="start"/>.</summary>
    public Tensor Narrow(int dimension, long start, long length) => NarrowOp.Call(this, dimension, start, length);

    /// <summary>One slice, its dimension removed.</summary>
    public Tensor Select(int dimension, long index) => SelectOp.Call(this, dimension, index);

    /// <summary>Slices by number: <paramref name="index"/> is Int64 [n].</summary>
    public Tensor IndexSelect(int dimension, Tensor index) => IndexSelectOp.Call(this, dimension, index);

    /// <summary>Advanced indexing: one index tensor (or null for all) per leading dimension.</summary>
    public Tensor Index(params Tensor?[] indices) => IndexOp.Call(this, indices);

    /// <summary>Writes slices in place at the numbers given.</summary>
    public Tensor IndexCopyInPlace(int dimension, Tensor index, Tensor source)
    {
        IndexCopyOp.Run(this, dimension, index, source);
        return this;
    }

    /// <summary>Adds slices at the numbers given, into a new tensor.</summary>
    public Tensor IndexAdd(int dimension, Tensor index, Tensor source) => IndexAddOp.Call(this, dimension, index, source);

    /// <summary>One element per position along a dimension.</summary>
    public Tensor Gather(int dimension, Tensor index) => GatherOp.Call(this, dimension, index);

    /// <summary>Writes elements at positions along a dimension, into a new tensor.</summary>
    public Tensor Scatter(int dimension, Tensor index, Tensor source) => ScatterOp.Call(this, dimension, index, source);

    /// <summary>Adds elements at positions along a dimension, into a new tensor.</summary>
    public Tensor ScatterAdd(int dimension, Tensor index, Tensor source) => ScatterAddOp.Call(this, dimension, index, source);

    /// <summary>One value wherever the mask is true.</summary>
    public Tensor MaskedFill(Tensor mask, double value) => MaskedFillOp.Call(this, mask, value);

    /// <summary>Pieces of the given lengths.</summary>
    public Tensor[] Split(long[] lengths, int dimension = 0) => SplitOp.CallMany(this, lengths, dimension);

    /// <summary>So many pieces of about equal length.</summary>
    public Tensor[] Chunk(int pieces, int dimension = 0) => ChunkOp.CallMany(this, pieces, dimension);

    /// <summary>Dimensions in reverse order of elements.</summary>
    public Tensor Flip(params long[] dimensions) => FlipOp.Call(this, dimensions);

    /// <summary>The same values in row-major order without gaps.</summary>
    public Tensor Contiguous() => ContiguousOp.Call(this);

    /// <summary>A copy.</summary>
    public Tensor Clone() => CloneOp.Call(this);

    /// <summary>The same data without its history.</summary>
    public Tensor Detach() => DetachOp.Call(this);

    /// <summary>Another element type (the same tensor when it has it).</summary>
    public Tensor To(DType dtype) => ToDTypeOp.Call(this, dtype);

    /// <summary>
    /// On another device, perhaps in another element type. A small tensor goes to a GPU through pinned memory, without waiting for what
    /// the GPU is doing.
    /// </summary>
    public Tensor To(Device device, DType? dtype = null)
    {
        if (Or(device).Type != DeviceType.Cuda || Device.Type != DeviceType.Cpu || Numel == 0 || Numel * DType.Size() > PinnedBytes)
        {
            return ToDeviceOp.Call(this, Or(device), dtype ?? DType);
        }

        using var pinned = PinOp.Call(this);
        var there = ToDeviceOp.Call(pinned, device, DType, true); // converted there, not on the way: a copy that converts waits
        if (dtype is null || dtype == DType)
        {
            return there;
        }

        using (there)
        {
            return there.To(dtype.Value);
        }
    }

    /// <summary>Overwrites this tensor's values (shapes broadcast, types convert).</summary>
    public Tensor CopyInPlace(Tensor source)
    {
        CopyOp.Run(this, source);
        return this;
    }

    /// <summary>The indices of elements that are not zero: Int64 [n, Dim].</summary>
    public Tensor Nonzero() => NonzeroOp.Call(this);

    /// <summary>The lower triangle, the rest zero.</summary>
    public Tensor Tril(int diagonal = 0) => TrilOp.Call(this, diagonal);

    /// <summary>The upper triangle, the rest zero.</summary>
    public Tensor Triu(int diagonal = 0) => TriuOp.Call(this, diagonal);
}
