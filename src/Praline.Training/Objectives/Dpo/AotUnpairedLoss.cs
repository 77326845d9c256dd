using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// <c>aot_unpaired</c>: alignment via optimal transport, unpaired (Melnyk et al. 2024, arXiv 2406.05882): the chosen responses' rewards are
/// matched in rank with the rejected ones'. Called <c>aot</c> in TRL before 1.0.
/// <para>L = −(1 − ε) log σ(β δ) − ε log σ(−β δ), δ = sort(log π/π_ref(y₊)) − sort(log π/π_ref(y₋))</para>
/// </summary>
public static class AotUnpairedLoss
{
    /// <summary>Losses [n].</summary>
    public static Tensor Losses(DpoTerms terms)
    {
        var delta = terms.ChosenLogRatio.Sort(0).Values - terms.RejectedLogRatio.Sort(0).Values;
        return PairObjective.Logistic(terms.Beta * delta, terms.LabelSmoothing);
    }
}
