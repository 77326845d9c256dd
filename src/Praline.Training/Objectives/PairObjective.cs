using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// A preference objective over pairs: a pure function of <see cref="PairStatistics"/>, with its settings as an immutable record.
/// </summary>
public abstract record PairObjective : IObjective
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual Requirements Requirements => Requirements.None;

    /// <summary>Whether the loss has <see cref="PairStatistics.SupervisedLoss"/> in it.</summary>
    public virtual bool HasSupervisedTerm => false;

    /// <summary>The losses and logged rewards of n pairs.</summary>
    public abstract PairLoss Compute(PairStatistics pairs);

    /// <summary>
    /// The rewards r₊ and r₋ whose gradient norms the papers' profiling draws: [n] each, with gradients. By default Σ log π, which is
    /// also DPO's up to a constant.
    /// </summary>
    public virtual (Tensor Chosen, Tensor Rejected) ProfiledRewards(PairStatistics pairs) =>
        (pairs.Chosen.SumLogProb, pairs.Rejected.SumLogProb);

    /// <summary>
    /// −log σ(z), or its mixture with the flipped label's: −(1−ε) log σ(z) − ε log σ(−z).
    /// </summary>
    internal static Tensor Logistic(Tensor z, double labelSmoothing = 0) =>
        labelSmoothing == 0 ? -z.LogSigmoid() : (-(1 - labelSmoothing) * z.LogSigmoid()) - (labelSmoothing * (-z).LogSigmoid());
}
