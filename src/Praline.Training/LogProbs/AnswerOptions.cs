namespace Praline.Training.LogProbs;

/// <summary>What to compute at answer positions beside the log-probabilities.</summary>
public sealed record AnswerOptions
{
    /// <summary>
    /// Elements of the largest block of logits that may exist at a time; the block's rows follow from the vocabulary.
    /// </summary>
    public long MaxLogits { get; init; } = 1 << 23;

    /// <summary>Compute the entropy of each next-token distribution.</summary>
    public bool Entropy { get; init; }

    /// <summary>Compute log Σ_v π(v)², which WPO aligns log-probabilities with.</summary>
    public bool Concentration { get; init; }

    /// <summary>
    /// The gradient ∂loss/∂log π(y_t) when it is known beforehand (supervised training): [n]. Backward then needs no second pass
    /// over the logits.
    /// </summary>
    public Torch.Tensor? KnownGradient { get; init; }

    /// <summary>The reference model's hidden states at the same positions: [n, D]. Asks for KL(π_ref ‖ π) per token.</summary>
    public Torch.Tensor? ReferenceHidden { get; init; }
}
