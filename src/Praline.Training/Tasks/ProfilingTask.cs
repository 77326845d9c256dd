using Praline.Torch;
using Praline.Training.Engine;

namespace Praline.Training.Tasks;

/// <summary>
/// A training that also measures, per optimizer step, the gradients of the two sides' rewards by themselves: the papers' figures.
/// <para>
/// The gradient of a loss in the parameters is linear in its gradient c in the tokens' log-probabilities. With u₊ and u₋ those of the
/// rewards, c = a u₊ + b u₋ + rest, so that G = a G₊ + b G₋ + G_rest. For one pair under a loss of the DPO family the rest is zero and
/// two backward passes (for G₊ and G₋) give everything; SynPO's second term, another function of the chosen tokens, needs a third; a
/// single response (KTO, supervised) needs one. A side of several responses with different weights (a batch of AOT's, the tail of a
/// ranking) needs a second pass for its rest. A pass is made only where what it carries is not zero.
/// </para>
/// </summary>
/// <param name="training">The training.</param>
public sealed class ProfilingTask(TrainingTask training) : TrainingTask(training.Model, training.Examples), IDisposable
{
    private const double Parallel = 1e-5;
    private readonly ProfiledSide _chosen = new("chosen");
    private readonly ProfiledSide _rejected = new("rejected");

    /// <summary>Backward passes through the model so far.</summary>
    public long BackwardPasses { get; private set; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> ObjectiveState => training.ObjectiveState;

    /// <inheritdoc/>
    private protected override int GradientCopies => 8; // two rewards, two rests, and their sums over the step

    /// <inheritdoc/>
    public override bool AssignsGradients => true;

    /// <inheritdoc/>
    public override void BeginStep(IReadOnlyList<int> batch, ulong randomSeed) => training.BeginStep(batch, randomSeed);

    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var dropout = Model.Training(randomSeed);
        var forward = training.Profile(microBatch, batch);
        var value = forward.Loss.Item<double>();
        return new MicroBatchResult(double.IsFinite(value) && !Differentiate(forward) ? double.NaN : value, forward.Computed, forward.Metrics);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation) => training.Evaluate(cancellation);

    /// <inheritdoc/>
    public override void RestoreObjectiveState(IReadOnlyDictionary<string, double> state) => training.RestoreObjectiveState(state);

    /// <summary>
    /// <c>grad_norm/chosen</c>: ‖Σ ∂r₊/∂θ‖ over the step's rewards, divided by their number; <c>f_norm/chosen</c>: that divided by the
    /// number of parameters, as SynPO's scripts log it; <c>loss_grad_norm/chosen</c>: the norm of the chosen side's part of the loss's
    /// gradient; the same for the rejected side; and the cosine between the two rewards' gradients. What a step has no response for is
    /// not in it.
    /// </summary>
    public override IReadOnlyDictionary<string, double> EndStep()
    {
        _chosen.AddOverRanks(Model.World, Trainable);
        _rejected.AddOverRanks(Model.World, Trainable);
        var result = new Dictionary<string, double>([.. training.EndStep(), .. _chosen.Norms(), .. _rejected.Norms()]);
        if (_chosen.Cosine(_rejected) is { } cosine)
        {
            result["grad_cosine"] = cosine;
        }

        Dispose();
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chosen.Clear();
        _rejected.Clear();
    }

    /// <inheritdoc/>
    internal override ProfiledForward Profile(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch) => training.Profile(microBatch, batch);

    /// <summary>Leaves the loss's gradient in the parameters; false when something is not finite.</summary>
    private bool Differentiate(ProfiledForward forward)
    {
        Tensor[] leaves = forward.Answers.ReferenceKl is { } kl ? [forward.Answers.LogProb, kl] : [forward.Answers.LogProb];
        var ofLoss = Autograd.Grad([forward.Loss], leaves, retainGraph: true, allowUnused: true);
        var loss = new Cotangent(ofLoss[0] ?? leaves[0].ZerosLike(), ofLoss.Length > 1 ? ofLoss[1] : null);
        var small = Parallel * loss.Norm();
        var parts = Enum.GetValues<ResponseSide>().Select(side => (Side: side, Part: Split(forward, side, loss, small))).ToArray();
        var left = parts.Sum(p => p.Part.Passes);
        var whole = new List<(GradientSum? Part, double Weight)>();
        foreach (var (side, part) in parts)
        {
            var reward = part.Reward is null ? null : Pass(forward, part.Reward, retain: --left > 0);
            var rest = part.Rest is null ? null : Pass(forward, part.Rest, retain: --left > 0);
            if (reward?.IsFinite() == false || rest?.IsFinite() == false)
            {
                return false;
            }

            var ofSide = GradientSum.Combine((reward, part.Factor), (rest, 1));
            whole.Add((ofSide, 1));
            if (reward is not null)
            {
                (side == ResponseSide.Chosen ? _chosen : _rejected).Add(reward, ofSide, forward.Rewards(side)!.Numel);
            }
        }

        GradientSum.Combine([.. whole]).AssignTo(Trainable);
        return true;
    }

    /// <summary>A side's part of the loss's gradient in the log-probabilities, as a multiple of its reward's and what is left.</summary>
    private static CotangentSplit Split(ProfiledForward forward, ResponseSide side, Cotangent loss, double small)
    {
        var mask = forward.Mask(side);
        var own = new Cotangent(loss.LogProb * mask, loss.Divergence is { } divergence ? divergence * mask : null);
        if (forward.Rewards(side) is not { } rewards)
        {
            return new CotangentSplit(null, 0, own.Norm() > small ? own : null);
        }

        var u = Autograd.Grad([rewards.Sum()], [forward.Answers.LogProb], retainGraph: true)[0]!;
        var factor = Ratio(own.LogProb, u);
        var rest = own with { LogProb = own.LogProb - (u * factor) };
        return new CotangentSplit(new Cotangent(u), factor, rest.Norm() > small ? rest : null);
    }

    /// <summary>A backward pass through the model with that gradient in the log-probabilities; takes the parameters' gradients out.</summary>
    private GradientSum Pass(ProfiledForward forward, Cotangent gradient, bool retain)
    {
        forward.Answers.LogProb.Grad = gradient.LogProb;
        if (forward.Answers.ReferenceKl is { } divergence)
        {
            divergence.Grad = gradient.Divergence;
        }

        forward.Answers.Backward(retainGraph: retain);
        BackwardPasses++;
        return GradientSum.TakeFrom(Trainable);
    }

    /// <summary>The factor f for which f · u is nearest to c.</summary>
    private static double Ratio(Tensor c, Tensor u)
    {
        var square = (u * u).Sum(DType.Float64).Item<double>();
        return square == 0 ? 0 : (c * u).Sum(DType.Float64).Item<double>() / square;
    }
}
