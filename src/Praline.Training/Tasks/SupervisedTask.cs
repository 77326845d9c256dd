using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.LogProbs;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>
/// Supervised fine-tuning: the mean of −log π over all learnt tokens of the batch, or over each answer's tokens and then over answers
/// (<see cref="LossAverage"/>). Weights of tokens are known beforehand, so a block of logits gives value and gradient at once.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="examples">Examples of any number of responses, which are all learnt.</param>
/// <param name="heldOut">Held-out examples; null for none.</param>
/// <param name="sides">The sides that each example's responses are on, for conditional training; null when all are chosen ones.</param>
public sealed class SupervisedTask(
    TrainedModel model, IReadOnlyList<TrainingExample> examples, IReadOnlyList<TrainingExample>? heldOut = null, IReadOnlyList<IReadOnlyList<ResponseSide>>? sides = null)
    : TrainingTask(model, examples)
{
    private const int EvaluationBatch = 8;

    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        var (hidden, targets, lengths, computed) = Model.Forward([.. microBatch.Select(i => Examples[i])]);
        var weights = Weights(lengths, batch); // [n]
        var answers = AnswerLogProbs.Forward(
            Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits, KnownGradient = weights.To(hidden.Device, hidden.DType == DType.Float64 ? DType.Float64 : DType.Float32) });
        var loss = (answers.LogProb.Detach().To(Device.Cpu, DType.Float64) * weights).Sum().Item<double>();
        if (double.IsFinite(loss))
        {
            answers.Backward();
        }

        return new MicroBatchResult(loss, computed, Metrics(microBatch, batch, new ResponseTokens(answers.LogProb, lengths)));
    }

    /// <summary>Mean −log π of held-out examples, averaged as in training, as <c>loss</c>, and its negative as <c>score</c>.</summary>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation)
    {
        if (heldOut is not { Count: > 0 })
        {
            return new Dictionary<string, double>();
        }

        using var noGrad = NoGrad.Begin();
        double sum = 0, count = 0;
        var parts = heldOut.Chunk(EvaluationBatch).ToArray();
        var measured = Model.Shared(parts.Length, number =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var (hidden, targets, lengths, _) = Model.Forward(parts[number]);
            var logProb = AnswerLogProbs.Forward(Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits }).LogProb.To(DType.Float64);
            if (Model.LossAverage == LossAverage.Token)
            {
                return new Measured(logProb.Sum().Item<double>(), lengths.Sum());
            }

            var sums = new ResponseTokens(logProb, lengths).SumPerResponse(logProb).ToArray<double>();
            return new Measured(sums.Zip(lengths, (total, length) => total / length).Sum(), lengths.Count);
        });
        foreach (var part in measured)
        {
            sum += part.LogProb;
            count += part.Count;
        }

        return new Dictionary<string, double> { ["loss"] = -sum / count, ["score"] = sum / count };
    }

    /// <inheritdoc/>
    internal override ProfiledForward Profile(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch)
    {
        var (hidden, targets, lengths, computed) = Model.Forward([.. microBatch.Select(i => Examples[i])]);
        var answers = AnswerLogProbs.Forward(Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits });
        var tokens = new ResponseTokens(answers.LogProb, lengths);
        var means = ResponseStatistics.FromTokens(tokens).MeanLogProb;
        var metrics = Metrics(microBatch, batch, tokens);
        var all = SidesOf(microBatch);
        Tensor? Rewards(ResponseSide side, string name)
        {
            long[] own = [.. all.Index().Where(response => response.Item == side).Select(response => (long)response.Index)];
            if (own.Length == 0)
            {
                return null;
            }

            var rewards = means.IndexSelect(0, Tensor.From<long>(own).To(means.Device));
            metrics.Add($"rewards/{name}", rewards.ToArray<double>());
            return rewards;
        }

        return new ProfiledForward(
            answers, (answers.LogProb * Weights(lengths, batch).To(hidden.Device, answers.LogProb.DType)).Sum(), Rewards(ResponseSide.Chosen, "chosen"), Rewards(ResponseSide.Rejected, "rejected"),
            all, lengths, computed, metrics);
    }

    /// <summary>The side of each response of some examples, one example after the other.</summary>
    private ResponseSide[] SidesOf(IReadOnlyList<int> some) =>
        [.. some.SelectMany(i => sides?[i] ?? [.. Enumerable.Repeat(ResponseSide.Chosen, Examples[i].Packed.Responses.Count)])];

    /// <summary>What log π of each learnt token weighs in the loss of the whole batch, a negative number: Float64 [n]</summary>
    /// <param name="lengths">Learnt tokens of each response of the micro-batch.</param>
    /// <param name="batch">The whole batch.</param>
    private Tensor Weights(IReadOnlyList<long> lengths, IReadOnlyList<int> batch)
    {
        var tokens = batch.Sum(i => Examples[i].Packed.Responses.Sum(r => (double)r.CountedTokens));
        var answers = batch.Sum(i => (double)Examples[i].Packed.Responses.Count);
        return Model.LossAverage == LossAverage.Token
            ? Tensor.Full([lengths.Sum()], -1 / tokens, DType.Float64)
            : Tensor.From<double>([.. lengths.SelectMany(length => Enumerable.Repeat(-1 / (answers * length), (int)length))]);
    }

    /// <summary>Log-probabilities of the answers on either side; answers under conditions between the two count in the loss only.</summary>
    private MetricSums Metrics(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ResponseTokens tokens)
    {
        using var noGrad = NoGrad.Begin();
        var metrics = new MetricSums();
        foreach (var (side, sum) in SidesOf(microBatch).Zip(tokens.SumPerResponse(tokens.LogProb).ToArray<double>()))
        {
            if (side != ResponseSide.Neither)
            {
                metrics.Add(side == ResponseSide.Chosen ? "logps/chosen" : "logps/rejected", sum, 1);
            }
        }

        metrics.Add("learnt_tokens", tokens.Lengths.Sum(), 1.0 * microBatch.Count / batch.Count);
        return metrics;
    }

    /// <summary>What one part of the held-out examples gave: log-probabilities of tokens, or each answer's mean, and how many they are.</summary>
    private sealed record Measured(double LogProb, double Count);
}
