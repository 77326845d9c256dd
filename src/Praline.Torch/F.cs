namespace Praline.Torch;

/// <summary>The functions of <c>torch.nn.functional</c> that models are made of.</summary>
public static class F
{
    private static readonly Operator LinearOp = new("aten::linear");
    private static readonly Operator EmbeddingOp = new("aten::embedding");
    private static readonly Operator LayerNormOp = new("aten::layer_norm");
    private static readonly Operator SoftmaxOp = new("aten::softmax", "int");
    private static readonly Operator LogSoftmaxOp = new("aten::log_softmax", "int");
    private static readonly Operator GeluOp = new("aten::gelu");
    private static readonly Operator SiluOp = new("aten::silu");
    private static readonly Operator CrossEntropyOp = new("aten::cross_entropy_loss");
    private static readonly Operator Conv2dOp = new("aten::conv2d");
    private static readonly Operator BernoulliOp = new("aten::bernoulli", "p");
    private static readonly Operator BernoulliInPlace = new("aten::bernoulli_", "float");
    private static readonly Operator PadOp = new("aten::constant_pad_nd");
    private static readonly Operator BicubicOp = new("aten::upsample_bicubic2d", "vec");

    /// <summary>x · weightᵀ + bias; weight is [out, in].</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null) =>
        RowByRow.IsOn ? Fused.LinearRows(x, weight, bias) : LinearOp.Call(x, weight, bias);

    /// <summary>Rows of weight [n, d] by id.</summary>
    public static Tensor Embedding(Tensor weight, Tensor ids) => EmbeddingOp.Call(weight, ids);

    /// <summary>Layer normalisation over the last dimension.</summary>
    public static Tensor LayerNorm(Tensor x, Tensor weight, Tensor? bias, double eps) =>
        LayerNormOp.Call(x, weight.Shape, weight, bias, eps);

    /// <summary>exp(x) / Σ exp(x), perhaps computed in another type.</summary>
    public static Tensor Softmax(Tensor x, int dimension = -1, DType? dtype = null) => SoftmaxOp.Call(x, dimension, dtype);

    /// <summary>log of <see cref="Softmax"/>.</summary>
    public static Tensor LogSoftmax(Tensor x, int dimension = -1, DType? dtype = null) => LogSoftmaxOp.Call(x, dimension, dtype);

    /// <summary>The Gaussian error linear unit, exact (erf) or in its tanh form.</summary>
    public static Tensor Gelu(Tensor x, bool tanh = false) => GeluOp.Call(x, tanh ? "tanh" : "none");

    /// <summary>CLIP's x · σ(1.702 x).</summary>
    public static Tensor QuickGelu(Tensor x) => x * (x * 1.702).Sigmoid();

    /// <summary>x · σ(x).</summary>
    public static Tensor Silu(Tensor x) => SiluOp.Call(x);

    /// <summary>Mean (or sum) of −log softmax at the targets; targets of <paramref name="ignoreIndex"/> don't count.</summary>
    /// <param name="logits">[n, classes]</param>
    /// <param name="targets">Int64 [n]</param>
    /// <param name="ignoreIndex">The target that marks positions without a label.</param>
    /// <param name="sum">Add up instead of averaging.</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor targets, long ignoreIndex = -100, bool sum = false) =>
        CrossEntropyOp.Call(logits, targets, Value.None, sum ? 2 : 1, ignoreIndex);

    /// <summary>Two-dimensional convolution of [N, C, H, W] by [out, C, kh, kw].</summary>
    public static Tensor Conv2d(Tensor x, Tensor weight, Tensor? bias, long stride) =>
        Conv2dOp.Call(x, weight, bias, new[] { stride, stride });

    /// <summary>
    /// Zeroes a share <paramref name="p"/> of the elements and scales the rest by 1/(1−p), from the generator's stream. On GPUs the mask that
    /// is kept for the backward pass has one byte per element.
    /// </summary>
    public static Tensor Dropout(Tensor x, double p, Generator? generator)
    {
        if (p <= 0)
        {
            return x;
        }

        using var scope = new TensorScope();
        Tensor mask;
        if (x.Device.Type == DeviceType.Cuda)
        {
            mask = BernoulliInPlace.Call(Tensor.Empty(x.Shape, DType.Bool, x.Device), 1 - p, generator);
            return (x * mask).MulInPlace(1 / (1 - p)).MoveToOuterScope();
        }

        using (NoGrad.Begin())
        {
            mask = BernoulliOp.Call(x.Detach(), 1 - p, generator).MulInPlace(1 / (1 - p));
        }

        return (x * mask).MoveToOuterScope();
    }

    /// <summary>Pads with one value; <paramref name="padding"/> is (before, after) per dimension, the last dimension first.</summary>
    public static Tensor Pad(Tensor x, long[] padding, double value = 0) => PadOp.Call(x, padding, value);

    /// <summary>Bicubic interpolation of [N, C, H, W] by scale factors (align_corners off), as <c>interpolate</c> does it.</summary>
    public static Tensor InterpolateBicubic(Tensor x, double scaleHeight, double scaleWidth) =>
        BicubicOp.Call(x, Value.None, false, new[] { scaleHeight, scaleWidth });

    /// <summary>Bicubic interpolation of [N, C, H, W] to a size (align_corners off).</summary>
    public static Tensor InterpolateBicubic(Tensor x, long height, long width) =>
        BicubicOp.Call(x, new[] { height, width }, false, Value.None);
}
