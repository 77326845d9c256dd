namespace Praline.Torch;

/// <content>New tensors.</content>
public sealed partial class Tensor
{
    private static readonly Operator EmptyOp = new("aten::empty", "memory_format");
    private static readonly Operator ZerosOp = new("aten::zeros");
    private static readonly Operator OnesOp = new("aten::ones");
    private static readonly Operator FullOp = new("aten::full");
    private static readonly Operator ArangeOp = new("aten::arange", "start_step");
    private static readonly Operator RandnOp = new("aten::randn", "generator");
    private static readonly Operator RandOp = new("aten::rand", "generator");
    private static readonly Operator ScalarTensorOp = new("aten::scalar_tensor");
    private static readonly Operator ZerosLikeOp = new("aten::zeros_like");
    private static readonly Operator OnesLikeOp = new("aten::ones_like");
    private static readonly Operator EmptyLikeOp = new("aten::empty_like");
    private static readonly Operator CatOp = new("aten::cat");
    private static readonly Operator StackOp = new("aten::stack");
    private static readonly Operator WhereOp = new("aten::where", "self");

    /// <summary>A tensor whose elements are not set.</summary>
    public static Tensor Empty(long[] shape, DType dtype = DType.Float32, Device device = default) =>
        EmptyOp.Call(shape, dtype, Value.None, Or(device));

    /// <summary>A tensor on the CPU, not set, in memory that a GPU reads and writes directly.</summary>
    public static Tensor EmptyPinned(long[] shape, DType dtype) => EmptyOp.Call(shape, dtype, Value.None, Device.Cpu, true);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(long[] shape, DType dtype = DType.Float32, Device device = default) =>
        ZerosOp.Call(shape, dtype, Value.None, Or(device));

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(long[] shape, DType dtype = DType.Float32, Device device = default) =>
        OnesOp.Call(shape, dtype, Value.None, Or(device));

    /// <summary>A tensor of one value.</summary>
    public static Tensor Full(long[] shape, double value, DType dtype = DType.Float32, Device device = default) =>
        FullOp.Call(shape, value, dtype, Value.None, Or(device));

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor Scalar(double value, DType dtype = DType.Float32, Device device = default) =>
        ScalarTensorOp.Call(value, dtype, Value.None, Or(device));

    /// <summary>The numbers from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Int64, Device device = default) =>
        ArangeOp.Call(start, end, step, dtype, Value.None, Or(device));

    /// <summary>Normally distributed numbers, from the given generator or libtorch's default one.</summary>
    public static Tensor Randn(long[] shape, Generator? generator = null, DType dtype = DType.Float32, Device device = default) =>
        RandnOp.Call(shape, generator, dtype, Value.None, Or(device));

    /// <summary>Uniform numbers in [0, 1).</summary>
    public static Tensor Rand(long[] shape, Generator? generator = null, DType dtype = DType.Float32, Device device = default) =>
        RandOp.Call(shape, generator, dtype, Value.None, Or(device));

    /// <summary>Tensors one after the other along a dimension that exists.</summary>
    public static Tensor Cat(Tensor[] tensors, int dimension = 0) => CatOp.Call(tensors, dimension);

    /// <summary>Tensors one after the other along a new dimension.</summary>
    public static Tensor Stack(Tensor[] tensors, int dimension = 0) => StackOp.Call(tensors, dimension);

    /// <summary>Elements of <paramref name="yes"/> where the condition holds, else of <paramref name="no"/>; shapes broadcast.</summary>
    public static Tensor Where(Tensor condition, Tensor yes, Tensor no) => WhereOp.Call(condition, yes, no);

    /// <summary>Zeros of this tensor's shape, dtype and device.</summary>
    public Tensor ZerosLike() => ZerosLikeOp.Call(this);

    /// <summary>Ones of this tensor's shape, dtype and device.</summary>
    public Tensor OnesLike() => OnesLikeOp.Call(this);

    /// <summary>An unset tensor of this one's shape, dtype and device.</summary>
    public Tensor EmptyLike() => EmptyLikeOp.Call(this);

    private static Device Or(Device device) => device == default ? Device.Cpu : device;
}
