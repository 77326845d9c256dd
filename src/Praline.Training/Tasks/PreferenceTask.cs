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
/// <param name="heldOut">Held-out examples; null for none.</param>
/// <param name="heldOutReference">The reference's log-probabilities of <paramref name="heldOut"/>.</param>
public sealed class PreferenceTask(
    TrainedModel model, PairObjective objective, IReadOnlyList<TrainingExample> examples, ReferenceLogProbs? reference = null,
    IReadOnlyList<TrainingExample>? heldOut = null, ReferenceLogProbs? heldOutReference = null) : TrainingTask(model, examples)
{
    /// <inheritdoc/>
    /// <exception cref="PralineException">The objective compares pairs, and the batch was cut into several micro-batches.</exception>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        if (objective.Requirements.HasFlag(Requirements.SeveralPairs) && microBatch.Count < batch.Count)
        {
            throw new PralineException(
                $"The loss compares the {batch.Count} pairs of a batch with each other, but only {microBatch.Count} are computed at a time: raise tokens_per_micro_batch, or lower batch_size × accumulation_steps.");
        }

        var totals = PairForward.TotalsOf(batch.Select(i => Examples[i]));
        var forward = PairForward.Run(
            Model, objective, [.. microBatch.Select(i => Examples[i])], reference?.Tokens(microBatch, Model.Language.Device), totals);
        var loss = forward.Result.Losses.Sum() / totals.Pairs;
        var value = loss.Item<double>();
        if (double.IsFinite(value))
        {
            loss.Backward();
            forward.Answers.Backward();
        }

        return new MicroBatchResult(value, forward.Computed, forward.Metrics());
    }

    /// <summary>
    /// The mean loss, rewards, margin and accuracy on held-out pairs; <c>score</c>, which decides what is best, is the negative loss.
    /// </summary>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation)
    {
        if (heldOut is not { Count: > 0 })
        {
            return new Dictionary<string, double>();
        }

        using var noGrad = NoGrad.Begin();
        var totals = PairForward.TotalsOf(heldOut);
        var sums = new MetricSums();
        double loss = 0;
        // A method that compares pairs sees all of them at once.
        var size = objective.Requirements.HasFlag(Requirements.SeveralPairs) ? heldOut.Count : 1;
        foreach (var part in Enumerable.Range(0, heldOut.Count).Chunk(size))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var forward = PairForward.Run(
                Model, objective, [.. part.Select(i => heldOut[i])], heldOutReference?.Tokens(part, Model.Language.Device), totals);
            loss += forward.Result.Losses.Sum().Item<double>() / totals.Pairs;
            sums.Add(forward.Metrics());
        }

        return new Dictionary<string, double>([new("loss", loss), .. sums.Means(), new("score", -loss)]);
    }
}
