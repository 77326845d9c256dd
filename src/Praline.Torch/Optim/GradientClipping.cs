namespace Praline.Torch.Optim;

/// <summary>Gradient norms over many parameters.</summary>
public static class GradientClipping
{
    private static readonly Operator NormsOp = new("aten::_foreach_norm", "Scalar");
    private static readonly Operator MulAllInPlace = new("aten::_foreach_mul_", "Scalar");

    /// <summary>
    /// The Euclidean norm of all gradients together; when it is above <paramref name="maxNorm"/> they are scaled down to it, as
    /// <c>torch.nn.utils.clip_grad_norm_</c> does. A maximum of 0 only measures.
    /// </summary>
    public static double ClipGradNorm(IEnumerable<Tensor> parameters, double maxNorm)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var gradients = parameters.Select(p => p.Grad).OfType<Tensor>().ToArray();
        if (gradients.Length == 0)
        {
            return 0;
        }

        var total = Norms(gradients).Norm().Item<float>();
        if (maxNorm > 0)
        {
            var factor = maxNorm / (total + 1e-6);
            if (factor < 1)
            {
                MulAllInPlace.Run(gradients, factor);
            }
        }

        return total;
    }

    /// <summary>The Euclidean norm of each tensor, on GPUs in a few kernels for all of them: Float32 [n]</summary>
    public static Tensor Norms(Tensor[] tensors)
    {
        using var scope = new TensorScope();
        return Tensor.Stack([.. NormsOp.CallMany(tensors, 2.0).Select(norm => norm.To(DType.Float32))]).MoveToOuterScope();
    }
}
