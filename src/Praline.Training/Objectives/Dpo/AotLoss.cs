using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>aot</c>: alignment via optimal transport, paired (Melnyk et al. 2024, arXiv 2406.05882): the margins under the policy are matched
/// in rank with the margins under the reference. Called <c>aot_pair</c> in TRL before 1.0.
/// <para>L = −(1 − ε) log σ(β δ) − ε log σ(−β δ), δ = sort(log π(y₊)/π(y₋)) − sort(log π_ref(y₊)/π_ref(y₋))</para>
/// </summary>
public static class AotLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms)
    {
        var pairs = terms.Pairs;
        var policy = (pairs.Chosen.SumLogProb - pairs.Rejected.SumLogProb).Sort(0).Values;
        var reference = (pairs.ReferenceChosen!.SumLogProb - pairs.ReferenceRejected!.SumLogProb).Sort(0).Values;
        return PairObjective.Logistic(terms.Beta * (policy - reference), terms.LabelSmoothing);
    }
}
