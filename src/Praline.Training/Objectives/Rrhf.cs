using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// RRHF (Yuan et al. 2023, arXiv 2304.05302, Eq. 2 to 5) on pairs:
/// <para>L = max(0, −log π(y₊)/|y₊| + log π(y₋)/|y₋|) − λ log π(y₊)</para>
/// For rankings of more than two see <see cref="ListwiseRrhf"/>.
/// </summary>
/// <param name="Lambda">Weight of the supervised term.</param>
public sealed record Rrhf(double Lambda = 1.0) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "rrhf";

    /// <inheritdoc/>
    public override PairLoss Compute(PairStatistics pairs)
    {
        Tensor chosen = pairs.Chosen.MeanLogProb, rejected = pairs.Rejected.MeanLogProb;
        var losses = (rejected - chosen).Relu() - (Lambda * pairs.Chosen.SumLogProb);
        return new PairLoss(losses, chosen.Detach(), rejected.Detach());
    }

    /// <inheritdoc/>
    public override (Tensor Chosen, Tensor Rejected) ProfiledRewards(PairStatistics pairs) =>
        (pairs.Chosen.MeanLogProb, pairs.Rejected.MeanLogProb);
}
