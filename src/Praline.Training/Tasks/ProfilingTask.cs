using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>
/// Preference training that also measures, per optimizer step, the gradients of the two rewards by themselves: the papers' figures.
/// <para>
/// The gradient of a loss in the parameters is linear in its gradient c in the tokens' log-probabilities. With u₊ and u₋ those of the
/// rewards, c = a u₊ + b u₋ + rest, so that G = a G₊ + b G₋ + G_rest. For the DPO family the rest is zero and two backward passes
/// (for G₊ and G₋) give everything; SynPO's second term, another function of the chosen tokens, needs a third.
/// A pass is made only where the rest is not zero.
/// </para>
/// </summary>
/// <param name="model">The model.</param>
/// <param name="objective">The objective.</param>
/// <param name="examples">Examples of two responses each, the chosen one first.</param>
/// <param name="reference">The reference's log-probabilities; null for methods without one.</param>
/// <param name="heldOut">Held-out pairs; null for none.</param>
public sealed class ProfilingTask(
    TrainedModel model, PairObjective objective, IReadOnlyList<TrainingExample> examples, ReferenceLogProbs? reference = null,
    HeldOutPairs? heldOut = null)
    : TrainingTask(model, examples), IDisposable
{
    private const double Parallel = 1e-5;
    private readonly GradientSum _chosen = new();
    private readonly GradientSum _rejected = new();
    private readonly GradientSum _lossChosen = new();
    private readonly GradientSum _lossRejected = new();
    private int _pairs;

    /// <inheritdoc/>
    private protected override int GradientCopies => 8; // two rewards, two rests, and their sums over the step

    /// <summary>Backward passes through the model so far.</summary>
    public long BackwardPasses { get; private set; }

    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        if (microBatch.Count != 1)
        {
            throw new PralineException("Profiling takes one pair at a time: set batch_size to 1 and tokens_per_micro_batch to 0.");
        }

        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        var totals = PairForward.TotalsOf(batch.Select(i => Examples[i]));
        var forward = PairForward.Run(
            Model, objective, [Examples[microBatch[0]]], reference?.Tokens(microBatch, Model.Language.Device), totals);
        var loss = forward.Result.Losses.Sum() / totals.Pairs;
        var value = loss.Item<double>();
        var metrics = forward.Metrics();
        metrics.Add("sft_loss", -forward.Pairs.Chosen.MeanLogProb.ToArray<double>()[0], 1);
        if (!double.IsFinite(value))
        {
            return new MicroBatchResult(value, forward.Computed, metrics);
        }

        return new MicroBatchResult(Differentiate(forward, loss) ? value : double.NaN, forward.Computed, metrics);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation) =>
        heldOut?.Measure(Model, objective, cancellation) ?? new Dictionary<string, double>();

    /// <summary>
    /// <c>grad_norm/chosen</c>: ‖Σ ∂r₊/∂θ‖ over the step's pairs, divided by their number; <c>f_norm/chosen</c>: that divided by the
    /// number of parameters, as SynPO's scripts log it; <c>loss_grad_norm/chosen</c>: the norm of the chosen side's part of the loss's
    /// gradient; the same for the rejected side; and the cosine between the two rewards' gradients.
    /// </summary>
    public override IReadOnlyDictionary<string, double> EndStep()
    {
        if (_pairs == 0)
        {
            return new Dictionary<string, double>();
        }

        var (chosen, rejected) = (_chosen.Norm() / _pairs, _rejected.Norm() / _pairs);
        var result = new Dictionary<string, double>
        {
            ["grad_norm/chosen"] = chosen,
            ["grad_norm/rejected"] = rejected,
            ["f_norm/chosen"] = chosen / _chosen.Count,
            ["f_norm/rejected"] = rejected / _rejected.Count,
            ["loss_grad_norm/chosen"] = _lossChosen.Norm(),
            ["loss_grad_norm/rejected"] = _lossRejected.Norm(),
            ["grad_cosine"] = _chosen.Dot(_rejected) / (_chosen.Norm() * _rejected.Norm()),
        };
        Dispose();
        _pairs = 0;
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chosen.Clear();
        _rejected.Clear();
        _lossChosen.Clear();
        _lossRejected.Clear();
    }

    /// <summary>Leaves the loss's gradient in the parameters; false when something is not finite.</summary>
    private bool Differentiate(PairForward forward, Tensor loss)
    {
        var leaf = forward.Answers.LogProb;
        Tensor[] leaves = forward.Answers.ReferenceKl is { } kl ? [leaf, kl] : [leaf];
        var (chosenReward, rejectedReward) = objective.ProfiledRewards(forward.Pairs);
        var u1 = Autograd.Grad([chosenReward.Sum()], [leaf], retainGraph: true)[0]!;
        var u2 = Autograd.Grad([rejectedReward.Sum()], [leaf], retainGraph: true)[0]!;
        var ofLoss = Autograd.Grad([loss], leaves, allowUnused: true);
        var c = ofLoss[0] ?? leaf.ZerosLike();

        var boundary = forward.Pairs.Chosen.Tokens!.Lengths[0]; // the rewards look at one response each
        var (a, b) = (Ratio(c, u1), Ratio(c, u2));
        var divergence = ofLoss.Length > 1 ? ofLoss[1] : null;
        var restChosen = new Cotangent(Masked(c - (u1 * a), boundary, chosen: true), divergence is null ? null : Masked(divergence, boundary, chosen: true));
        var restRejected = new Cotangent(Masked(c - (u2 * b), boundary, chosen: false), divergence is null ? null : Masked(divergence, boundary, chosen: false));
        var small = Parallel * c.Norm().Item<double>();
        var wanted = new[] { new Cotangent(u1), new Cotangent(u2), restChosen, restRejected };
        var last = restRejected.Norm() > small ? 3 : restChosen.Norm() > small ? 2 : 1;
        var passes = wanted.Select((cotangent, i) => i < 2 || cotangent.Norm() > small ? Pass(forward, cotangent, retain: i < last) : null).ToArray();
        if (passes.Any(pass => pass is not null && !pass.IsFinite()))
        {
            return false;
        }

        var onChosen = GradientSum.Combine((passes[0], a), (passes[2], 1));
        var onRejected = GradientSum.Combine((passes[1], b), (passes[3], 1));
        GradientSum.Combine((onChosen, 1), (onRejected, 1)).AssignTo(Trainable);
        _chosen.Add(passes[0]!);
        _rejected.Add(passes[1]!);
        _lossChosen.Add(onChosen);
        _lossRejected.Add(onRejected);
        _pairs++;
        return true;
    }

    /// <summary>A backward pass through the model with that gradient in the log-probabilities; takes the parameters' gradients out.</summary>
    private GradientSum Pass(PairForward forward, Cotangent gradient, bool retain)
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

    /// <summary>The factor f for which f · u is nearest to c where u is not zero.</summary>
    private static double Ratio(Tensor c, Tensor u)
    {
        var square = (u * u).Sum(DType.Float64).Item<double>();
        return square == 0 ? 0 : (c * u).Sum(DType.Float64).Item<double>() / square;
    }

    private static Tensor Masked(Tensor values, long boundary, bool chosen)
    {
        var count = values.Size(0);
        var zeros = values.ZerosLike();
        return chosen
            ? Tensor.Cat([values.Narrow(0, 0, boundary), zeros.Narrow(0, boundary, count - boundary)])
            : Tensor.Cat([zeros.Narrow(0, 0, boundary), values.Narrow(0, boundary, count - boundary)]);
    }

    /// <summary>A gradient in the tokens' log-probabilities and, for TDPO, in their divergences.</summary>
    private sealed record Cotangent(Tensor LogProb, Tensor? Divergence = null)
    {
        public double Norm() => LogProb.Norm().Item<double>() + (Divergence?.Norm().Item<double>() ?? 0);
    }
}
