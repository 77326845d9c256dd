namespace Praline.Torch.Optim;

/// <summary>AdamW's settings, with PyTorch's defaults.</summary>
public sealed record AdamWOptions
{
    /// <summary>The step size.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of squared gradients.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the denominator.</summary>
    public double Eps { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>
    /// Update all parameters in libtorch's fused kernels, where it has them (2.0 on GPUs, 2.4 on the CPU). By default on GPUs only.
    /// </summary>
    public bool? Fused { get; init; }

    /// <summary>Keep the largest second moment seen (Reddi et al. 2018).</summary>
    public bool AmsGrad { get; init; }
}
