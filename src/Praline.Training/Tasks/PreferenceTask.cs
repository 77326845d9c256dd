using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>Preference optimization on pairs: any <see cref="PairObjective"/>.</summary>
/// <param name="model">The model.</param>
/// <param name="objective">The objective.</param>
/// <param name="examples">Examples of two responses each, the chosen one first.</param>
/// <param name="reference">The reference's log-probabilities of <paramref name="examples"/>; null for methods without one.</param>
/// <param name="heldOut">Held-out pairs; null for none.</param>
public sealed class PreferenceTask(
    TrainedModel model, PairObjective objective, IReadOnlyList<TrainingExample> examples, ReferenceLogProbs? reference = null,
    HeldOutPairs? heldOut = null) : TrainingTask(model, examples)
{
    private int[] _batch = [];
    private IReadOnlyList<KnownPair> _known = [];

    /// <summary>An objective that compares the batch's pairs needs all their numbers before any gradient: ranks tell each other theirs.</summary>
    public override void BeginStep(IReadOnlyList<int> batch, ulong randomSeed)
    {
        _batch = [];
        if (Model.World.Size > 1 && objective.Requirements.HasFlag(Requirements.SeveralPairs))
        {
            using var training = Model.Training(randomSeed);
            (_batch, _known) = ([.. batch], Model.Shared(batch.Count, i => PairForward.Known(Model, objective, [Examples[batch[i]]])[0]));
        }
    }

    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        var (forward, loss) = Forward(microBatch, batch);
        var value = loss.Item<double>();
        if (double.IsFinite(value))
        {
            loss.Backward();
            forward.Answers.Backward();
        }

        return new MicroBatchResult(value, forward.Computed, forward.Metrics());
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation) =>
        heldOut?.Measure(Model, objective, cancellation) ?? new Dictionary<string, double>();

    /// <inheritdoc/>
    internal override ProfiledForward Profile(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch)
    {
        var (forward, loss) = Forward(microBatch, batch);
        var (chosen, rejected) = objective.ProfiledRewards(forward.Pairs);
        var metrics = forward.Metrics();
        metrics.Add("sft_loss", (-forward.Pairs.Chosen.MeanLogProb).ToArray<double>());
        return new ProfiledForward(
            forward.Answers, loss, chosen, rejected, [.. microBatch.SelectMany(_ => new[] { ResponseSide.Chosen, ResponseSide.Rejected })], forward.Lengths,
            forward.Computed, metrics);
    }

    private (PairForward Forward, Tensor Loss) Forward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch)
    {
        if (objective.Requirements.HasFlag(Requirements.SeveralPairs) && microBatch.Count < batch.Count)
        {
            if (!batch.SequenceEqual(_batch))
            {
                (_batch, _known) = ([.. batch], [.. batch.Select(i => PairForward.Known(Model, objective, [Examples[i]])[0])]);
            }

            int[] own = [.. microBatch.Select(i => Array.IndexOf(_batch, i))];
            var among = PairForward.Among(
                Model, objective, [.. batch.Select(i => Examples[i])], own, _known, reference?.Tokens(batch, Model.Language.Device));
            return (among, among.Result.Losses.Sum() / batch.Count);
        }

        var totals = PairForward.TotalsOf(Model, batch.Select(i => Examples[i]));
        var forward = PairForward.Run(
            Model, objective, [.. microBatch.Select(i => Examples[i])], reference?.Tokens(microBatch, Model.Language.Device), totals);
        return (forward, forward.Result.Losses.Sum() / totals.Pairs);
    }
}
