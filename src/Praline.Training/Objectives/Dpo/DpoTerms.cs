using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>The quantities that the losses of the DPO family are made of; all tensors are [n].</summary>
/// <param name="Beta">Temperature: the strength with which the policy is held to the reference.</param>
/// <param name="LabelSmoothing">Share of pairs that are believed to be labelled the wrong way round.</param>
/// <param name="ChosenLogRatio">log π/π_ref(y₊)</param>
/// <param name="RejectedLogRatio">log π/π_ref(y₋)</param>
/// <param name="ChosenScore">The score that the f-divergence in use makes of <paramref name="ChosenLogRatio"/>.</param>
/// <param name="RejectedScore">The score that the f-divergence in use makes of <paramref name="RejectedLogRatio"/>.</param>
/// <param name="Pairs">The statistics behind them.</param>
/// <param name="DiscopopTau">Temperature of DiscoPOP's blend.</param>
public sealed record DpoTerms(
    double Beta, double LabelSmoothing, Tensor ChosenLogRatio, Tensor RejectedLogRatio, Tensor ChosenScore, Tensor RejectedScore,
    PairStatistics Pairs, double DiscopopTau)
{
    /// <summary>h = score(y₊) − score(y₋), without β.</summary>
    public Tensor Delta => ChosenScore - RejectedScore;
}
