using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.LogProbs;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>
/// Supervised fine-tuning: the mean of −log π over all learnt tokens of the batch. Weights of tokens are known beforehand, so a block of
/// logits gives value and gradient at once.
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
        var total = LearntIn(batch);
        var (hidden, targets, lengths, computed) = Model.Forward([.. microBatch.Select(i => Examples[i])]);
        var weights = Tensor.Full([targets.Size(0)], -1 / total, device: hidden.Device);
        var answers = AnswerLogProbs.Forward(
            Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits, KnownGradient = weights });
        var sum = answers.LogProb.Sum(DType.Float64).Item<double>();
        if (double.IsFinite(sum))
        {
            answers.Backward();
        }

        return new MicroBatchResult(-sum / total, computed, Metrics(microBatch, batch, new ResponseTokens(answers.LogProb, lengths)));
    }

    /// <summary>Mean −log π per learnt token of held-out examples as <c>loss</c>, and its negative as <c>score</c>.</summary>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation)
    {
        if (heldOut is not { Count: > 0 })
        {
            return new Dictionary<string, double>();
        }

        using var noGrad = NoGrad.Begin();
        double sum = 0, tokens = 0;
        var parts = heldOut.Chunk(EvaluationBatch).ToArray();
        var measured = Model.Shared(parts.Length, number =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var (hidden, targets, lengths, _) = Model.Forward(parts[number]);
            var logProb = AnswerLogProbs.Forward(Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits })
                .LogProb.Sum(DType.Float64).Item<double>();
            return new Measured(logProb, lengths.Sum());
        });
        foreach (var part in measured)
        {
            sum += part.LogProb;
            tokens += part.Tokens;
        }

        return new Dictionary<string, double> { ["loss"] = -sum / tokens, ["score"] = sum / tokens };
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
            answers, -answers.LogProb.Sum() / LearntIn(batch), Rewards(ResponseSide.Chosen, "chosen"), Rewards(ResponseSide.Rejected, "rejected"),
            all, lengths, computed, metrics);
    }

    /// <summary>The side of each response of some examples, one example after the other.</summary>
    private ResponseSide[] SidesOf(IReadOnlyList<int> some) =>
        [.. some.SelectMany(i => sides?[i] ?? [.. Enumerable.Repeat(ResponseSide.Chosen, Examples[i].Packed.Responses.Count)])];

    private double LearntIn(IReadOnlyList<int> batch) => batch.Sum(i => Learnt(Examples[i]));

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

    private static double Learnt(TrainingExample example) => example.Packed.Responses.Sum(r => (double)r.CountedTokens);

    /// <summary>What one part of the held-out examples gave.</summary>
    private sealed record Measured(double LogProb, double Tokens);
}
