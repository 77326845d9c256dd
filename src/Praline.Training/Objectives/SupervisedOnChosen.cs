using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// Supervised fine-tuning on the chosen responses of pairs, the baseline that preference methods are compared with:
/// <para>L = −(1/Σ|y₊|) Σ log π(y₊)</para>
/// The rejected responses are looked at for the logged rewards only.
/// </summary>
public sealed record SupervisedOnChosen : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "sft";

    /// <inheritdoc/>
    public override bool HasSupervisedTerm => true;

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs) =>
        new(pairs.SupervisedLoss(), pairs.Chosen.MeanLogProb.Detach(), pairs.Rejected.MeanLogProb.Detach());

    /// <inheritdoc/>
    public override (Tensor Chosen, Tensor Rejected) ProfiledRewards(PairStatistics pairs) =>
        (pairs.Chosen.MeanLogProb, pairs.Rejected.MeanLogProb);
}
