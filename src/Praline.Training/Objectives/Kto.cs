using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// KTO (Ethayarajh et al. 2024, arXiv 2402.01306, Eq. 7 and 8). With u = log π/π_ref(y) and the reference point
/// z₀ = max(0, mean u of responses paired with other prompts), which carries no gradient:
/// <para>L = λ_D (1 − σ(β (u − z₀))) for desirable y, λ_U (1 − σ(β (z₀ − u))) for undesirable y</para>
/// <c>apo_zero_unpaired</c> (arXiv 2408.06266, Eq. 7, unpaired) takes z₀ = 0.
/// </summary>
/// <param name="LossType"><c>kto</c> or <c>apo_zero_unpaired</c>.</param>
/// <param name="Beta">Temperature.</param>
/// <param name="DesirableWeight">λ_D</param>
/// <param name="UndesirableWeight">λ_U</param>
public sealed record Kto(
    string LossType = "kto", double Beta = 0.1, double DesirableWeight = 1.0, double UndesirableWeight = 1.0) : RatedObjective
{
    /// <inheritdoc/>
    public override string Name => "kto";

    /// <inheritdoc/>
    public override bool NeedsMismatched => LossType == "kto";

    /// <inheritdoc/>
    /// <exception cref="PralineException">The loss type is not known.</exception>
    public override PairLoss Compute(RatedStatistics responses)
    {
        var (good, bad) = (responses.DesirableLogRatio, responses.UndesirableLogRatio);
        var origin = LossType switch
        {
            "kto" => ReferencePoint(responses),
            "apo_zero_unpaired" => Tensor.Zeros([], good.DType, good.Device),
            _ => throw new PralineException($"KTO has no loss_type '{LossType}': expected kto or apo_zero_unpaired."),
        };
        var desirable = DesirableWeight * (1 - (Beta * (good - origin)).Sigmoid());
        var undesirable = UndesirableWeight * (1 - (Beta * (origin - bad)).Sigmoid());
        return new PairLoss(Tensor.Cat([desirable, undesirable]), Beta * good.Detach(), Beta * bad.Detach());
    }

    /// <summary>z₀ = max(0, mean(log π/π_ref of mismatched responses)): a scalar without gradient.</summary>
    public static Tensor ReferencePoint(RatedStatistics responses) =>
        (responses.MismatchedSumLogProb! - responses.ReferenceMismatchedSumLogProb!).Detach().Mean().Clamp(min: 0);
}
