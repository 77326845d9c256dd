namespace Praline.Torch;

/// <content>Arithmetic, reductions and comparisons.</content>
public sealed partial class Tensor
{
    private static readonly Operator SetDataOp = new("aten::set_data");
    private static readonly Operator AddOp = new("aten::add", "Tensor");
    private static readonly Operator AddScalarOp = new("aten::add", "Scalar");
    private static readonly Operator SubOp = new("aten::sub", "Tensor");
    private static readonly Operator SubScalarOp = new("aten::sub", "Scalar");
    private static readonly Operator RsubOp = new("aten::rsub", "Scalar");
    private static readonly Operator MulOp = new("aten::mul", "Tensor");
    private static readonly Operator MulScalarOp = new("aten::mul", "Scalar");
    private static readonly Operator DivOp = new("aten::div", "Tensor");
    private static readonly Operator DivScalarOp = new("aten::div", "Scalar");
    private static readonly Operator MatMulOp = new("aten::matmul");
    private static readonly Operator AddInPlaceOp = new("aten::add_", "Tensor");
    private static readonly Operator MulInPlaceOp = new("aten::mul_", "Scalar");
    private static readonly Operator ZeroInPlaceOp = new("aten::zero_");
    private static readonly Operator AddcmulInPlaceOp = new("aten::addcmul_");
    private static readonly Operator AddcdivInPlaceOp = new("aten::addcdiv_");
    private static readonly Operator LerpInPlaceOp = new("aten::lerp_", "Scalar");
    private static readonly Operator NegOp = new("aten::neg");
    private static readonly Operator ExpOp = new("aten::exp");
    private static readonly Operator LogOp = new("aten::log");
    private static readonly Operator Log1pOp = new("aten::log1p");
    private static readonly Operator Expm1Op = new("aten::expm1");
    private static readonly Operator SqrtOp = new("aten::sqrt");
    private static readonly Operator RsqrtOp = new("aten::rsqrt");
    private static readonly Operator PowOp = new("aten::pow", "Tensor_Scalar");
    private static readonly Operator AbsOp = new("aten::abs");
    private static readonly Operator CosOp = new("aten::cos");
    private static readonly Operator SinOp = new("aten::sin");
    private static readonly Operator TanhOp = new("aten::tanh");
    private static readonly Operator SigmoidOp = new("aten::sigmoid");
    private static readonly Operator LogSigmoidOp = new("aten::log_sigmoid");
    private static readonly Operator ReluOp = new("aten::relu");
    private static readonly Operator ClampOp = new("aten::clamp");
    private static readonly Operator MaximumOp = new("aten::maximum");
    private static readonly Operator MinimumOp = new("aten::minimum");
    private static readonly Operator SumOp = new("aten::sum");
    private static readonly Operator SumDimOp = new("aten::sum", "dim_IntList");
    private static readonly Operator MeanOp = new("aten::mean");
    private static readonly Operator MeanDimOp = new("aten::mean", "dim");
    private static readonly Operator MaxOp = new("aten::max");
    private static readonly Operator MaxDimOp = new("aten::max", "dim");
    private static readonly Operator MinOp = new("aten::min");
    private static readonly Operator ArgmaxOp = new("aten::argmax");
    private static readonly Operator LogSumExpOp = new("aten::logsumexp");
    private static readonly Operator CumsumOp = new("aten::cumsum");
    private static readonly Operator SortOp = new("aten::sort", "stable");
    private static readonly Operator TopkOp = new("aten::topk");
    private static readonly Operator NormOp = new("aten::linalg_vector_norm");
    private static readonly Operator IsFiniteOp = new("aten::isfinite");
    private static readonly Operator IsNanOp = new("aten::isnan");
    private static readonly Operator AllOp = new("aten::all");
    private static readonly Operator AnyOp = new("aten::any");
    private static readonly Operator EqOp = new("aten::eq", "Tensor");
    private static readonly Operator EqScalarOp = new("aten::eq", "Scalar");
    private static readonly Operator NeScalarOp = new("aten::ne", "Scalar");
    private static readonly Operator GtScalarOp = new("aten::gt", "Scalar");
    private static readonly Operator LtScalarOp = new("aten::lt", "Scalar");
    private static readonly Operator LeOp = new("aten::le", "Tensor");
    private static readonly Operator GtOp = new("aten::gt", "Tensor");
    private static readonly Operator LogicalAndOp = new("aten::logical_and");
    private static readonly Operator LogicalOrOp = new("aten::logical_or");
    private static readonly Operator LogicalNotOp = new("aten::logical_not");

#pragma warning disable CS1591 // the operators are what they look like
    public static Tensor operator +(Tensor a, Tensor b) => AddOp.Call(a, b);

    public static Tensor operator +(Tensor a, double b) => AddScalarOp.Call(a, b);

    public static Tensor operator +(Tensor a, long b) => AddScalarOp.Call(a, b);

    public static Tensor operator +(double a, Tensor b) => AddScalarOp.Call(b, a);

    public static Tensor operator -(Tensor a, Tensor b) => SubOp.Call(a, b);

    public static Tensor operator -(Tensor a, double b) => SubScalarOp.Call(a, b);

    public static Tensor operator -(Tensor a, long b) => SubScalarOp.Call(a, b);

    public static Tensor operator -(double a, Tensor b) => RsubOp.Call(b, a);

    public static Tensor operator -(Tensor a) => NegOp.Call(a);

    public static Tensor operator *(Tensor a, Tensor b) => MulOp.Call(a, b);

    public static Tensor operator *(Tensor a, double b) => MulScalarOp.Call(a, b);

    public static Tensor operator *(Tensor a, long b) => MulScalarOp.Call(a, b);

    public static Tensor operator *(double a, Tensor b) => MulScalarOp.Call(b, a);

    public static Tensor operator /(Tensor a, Tensor b) => DivOp.Call(a, b);

    public static Tensor operator /(Tensor a, double b) => DivScalarOp.Call(a, b);
#pragma warning restore CS1591

    /// <summary>The matrix product over the last two dimensions; leading ones broadcast.</summary>
    public Tensor MatMul(Tensor other) => MatMulOp.Call(this, other);

    /// <summary>this += other · scale.</summary>
    public Tensor AddInPlace(Tensor other, double scale = 1)
    {
        AddInPlaceOp.Run(this, other, scale);
        return this;
    }

    /// <summary>this *= factor.</summary>
    public Tensor MulInPlace(double factor)
    {
        MulInPlaceOp.Run(this, factor);
        return this;
    }

    /// <summary>this = 0.</summary>
    public Tensor ZeroInPlace()
    {
        ZeroInPlaceOp.Run(this);
        return this;
    }

    /// <summary>this += a · b · scale.</summary>
    public Tensor AddcmulInPlace(Tensor a, Tensor b, double scale = 1)
    {
        AddcmulInPlaceOp.Run(this, a, b, scale);
        return this;
    }

    /// <summary>this += a / b · scale.</summary>
    public Tensor AddcdivInPlace(Tensor a, Tensor b, double scale = 1)
    {
        AddcdivInPlaceOp.Run(this, a, b, scale);
        return this;
    }

    /// <summary>this += (end − this) · weight.</summary>
    public Tensor LerpInPlace(Tensor end, double weight)
    {
        LerpInPlaceOp.Run(this, end, weight);
        return this;
    }

    /// <summary>e to the power of each element.</summary>
    public Tensor Exp() => ExpOp.Call(this);

    /// <summary>The natural logarithm.</summary>
    public Tensor Log() => LogOp.Call(this);

    /// <summary>log(1 + x), exact for small x.</summary>
    public Tensor Log1p() => Log1pOp.Call(this);

    /// <summary>exp(x) − 1, exact for small x.</summary>
    public Tensor Expm1() => Expm1Op.Call(this);

    /// <summary>The square root.</summary>
    public Tensor Sqrt() => SqrtOp.Call(this);

    /// <summary>One over the square root.</summary>
    public Tensor Rsqrt() => RsqrtOp.Call(this);

    /// <summary>Each element to a power.</summary>
    public Tensor Pow(double exponent) => PowOp.Call(this, exponent);

    /// <summary>The absolute value.</summary>
    public Tensor Abs() => AbsOp.Call(this);

    /// <summary>The cosine.</summary>
    public Tensor Cos() => CosOp.Call(this);

    /// <summary>The sine.</summary>
    public Tensor Sin() => SinOp.Call(this);

    /// <summary>The hyperbolic tangent.</summary>
    public Tensor Tanh() => TanhOp.Call(this);

    /// <summary>1 / (1 + exp(−x)).</summary>
    public Tensor Sigmoid() => SigmoidOp.Call(this);

    /// <summary>log σ(x), without overflow.</summary>
    public Tensor LogSigmoid() => LogSigmoidOp.Call(this);

    /// <summary>max(x, 0).</summary>
    public Tensor Relu() => ReluOp.Call(this);

    /// <summary>Each element limited to a range; null leaves a side open.</summary>
    public Tensor Clamp(double? min = null, double? max = null) =>
        ClampOp.Call(this, min is { } low ? low : Value.None, max is { } high ? high : Value.None);

    /// <summary>The larger of two, element by element.</summary>
    public Tensor Maximum(Tensor other) => MaximumOp.Call(this, other);

    /// <summary>The smaller of two, element by element.</summary>
    public Tensor Minimum(Tensor other) => MinimumOp.Call(this, other);

    /// <summary>The sum of all elements.</summary>
    public Tensor Sum(DType? dtype = null) => SumOp.Call(this, dtype);

    /// <summary>Sums over dimensions.</summary>
    public Tensor Sum(long[] dimensions, bool keepDim = false, DType? dtype = null) => SumDimOp.Call(this, dimensions, keepDim, dtype);

    /// <summary>The mean of all elements.</summary>
    public Tensor Mean() => MeanOp.Call(this);

    /// <summary>Means over dimensions.</summary>
    public Tensor Mean(long[] dimensions, bool keepDim = false) => MeanDimOp.Call(this, dimensions, keepDim);

    /// <summary>The largest element.</summary>
    public Tensor Max() => MaxOp.Call(this);

    /// <summary>The largest elements of a dimension and where they are.</summary>
    public (Tensor Values, Tensor Indices) Max(int dimension, bool keepDim = false) => MaxDimOp.Call2(this, dimension, keepDim);

    /// <summary>The smallest element.</summary>
    public Tensor Min() => MinOp.Call(this);

    /// <summary>Where the largest element of a dimension is (the first of equals).</summary>
    public Tensor Argmax(int dimension, bool keepDim = false) => ArgmaxOp.Call(this, dimension, keepDim);

    /// <summary>log Σ exp over dimensions, without overflow.</summary>
    public Tensor LogSumExp(int dimension, bool keepDim = false) => LogSumExpOp.Call(this, new long[] { dimension }, keepDim);

    /// <summary>Running sums along a dimension.</summary>
    public Tensor Cumsum(int dimension) => CumsumOp.Call(this, dimension);

    /// <summary>Sorted along a dimension (equal elements keep their order) and where each came from.</summary>
    public (Tensor Values, Tensor Indices) Sort(int dimension = -1, bool descending = false) =>
        SortOp.Call2(this, true, dimension, descending);

    /// <summary>The k largest of a dimension, sorted, and where they are.</summary>
    public (Tensor Values, Tensor Indices) TopK(long k, int dimension = -1) => TopkOp.Call2(this, k, dimension);

    /// <summary>The Euclidean norm of all elements, or the norm of another order.</summary>
    public Tensor Norm(double order = 2) => NormOp.Call(this, order);

    /// <summary>True where an element is neither infinite nor NaN.</summary>
    public Tensor IsFinite() => IsFiniteOp.Call(this);

    /// <summary>True where an element is NaN.</summary>
    public Tensor IsNan() => IsNanOp.Call(this);

    /// <summary>True when every element is.</summary>
    public Tensor All() => AllOp.Call(this);

    /// <summary>True when some element is.</summary>
    public Tensor Any() => AnyOp.Call(this);

    /// <summary>Where two tensors are equal.</summary>
    public Tensor Eq(Tensor other) => EqOp.Call(this, other);

    /// <summary>Where elements equal a number.</summary>
    public Tensor Eq(double value) => EqScalarOp.Call(this, value);

    /// <summary>Where elements differ from a number.</summary>
    public Tensor Ne(double value) => NeScalarOp.Call(this, value);

    /// <summary>Where elements are greater than a number.</summary>
    public Tensor Gt(double value) => GtScalarOp.Call(this, value);

    /// <summary>Where elements are greater than another tensor's.</summary>
    public Tensor Gt(Tensor other) => GtOp.Call(this, other);

    /// <summary>Where elements are less than a number.</summary>
    public Tensor Lt(double value) => LtScalarOp.Call(this, value);

    /// <summary>Where elements are at most another tensor's.</summary>
    public Tensor Le(Tensor other) => LeOp.Call(this, other);

    /// <summary>Both true.</summary>
    public Tensor LogicalAnd(Tensor other) => LogicalAndOp.Call(this, other);

    /// <summary>Either true.</summary>
    public Tensor LogicalOr(Tensor other) => LogicalOrOp.Call(this, other);

    /// <summary>Not true.</summary>
    public Tensor LogicalNot() => LogicalNotOp.Call(this);
}
