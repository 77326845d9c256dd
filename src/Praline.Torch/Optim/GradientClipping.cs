namespace Praline.Torch.Optim;

/// <summary>Gradient norms over many parameters.</summary>
public static class GradientClipping
{
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

        var total = Tensor.Stack([.. gradients.Select(g => g.Norm().To(DType.Float32))]).Norm().Item<float>();
        if (maxNorm > 0)
        {
            var factor = maxNorm / (total + 1e-6);
            if (factor < 1)
            {
                foreach (var gradient in gradients)
                {
                    gradient.MulInPlace(factor);
                }
            }
        }

        return total;
    }
}
