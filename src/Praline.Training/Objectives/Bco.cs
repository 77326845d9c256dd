using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// BCO, binary classifier optimization (Jung et al. 2024, arXiv 2404.04656, Eq. 14). With r = β log π/π_ref(y) and δ the running
/// mean of all rewards seen, this batch's included (<see cref="Observe"/> comes first):
/// <para>L = −log σ(r − δ) for desirable y, −log σ(−(r − δ)) for undesirable y</para>
/// </summary>
/// <param name="Beta">Temperature.</param>
public sealed record Bco(double Beta = 0.1) : RatedObjective
{
    /// <inheritdoc/>
    public override string Name => "bco";

    /// <summary>δ, which goes on from batch to batch and belongs into checkpoints.</summary>
    public RunningMean Shift { get; init; } = new();

    /// <inheritdoc/>
    public override bool ObservesBatch => true;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> State =>
        new Dictionary<string, double> { ["shift"] = Shift.Mean, ["shift_count"] = Shift.Count };

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, double> state) =>
        Shift.Restore(state.GetValueOrDefault("shift"), (long)state.GetValueOrDefault("shift_count"));

    /// <summary>Takes the batch's rewards into δ.</summary>
    public override void Observe(RatedStatistics batch)
    {
        using var noGrad = NoGrad.Begin();
        Shift.Add([.. (Beta * batch.DesirableLogRatio).ToArray<double>(), .. (Beta * batch.UndesirableLogRatio).ToArray<double>()]);
    }

    /// <inheritdoc/>
    public override PairLoss Compute(RatedStatistics responses)
    {
        var good = Beta * responses.DesirableLogRatio;
        var bad = Beta * responses.UndesirableLogRatio;
        var losses = Tensor.Cat([-(good - Shift.Mean).LogSigmoid(), -(Shift.Mean - bad).LogSigmoid()]);
        return new PairLoss(losses, good.Detach(), bad.Detach());
    }
}
