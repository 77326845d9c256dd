using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.LogProbs;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>Training on rankings: any number of responses to one prompt, best first.</summary>
/// <param name="model">The model.</param>
/// <param name="objective">The objective.</param>
/// <param name="examples">Examples with their responses, best first.</param>
/// <param name="reference">The reference's log-probabilities; null for methods without one.</param>
/// <param name="heldOut">Held-out rankings; null for none.</param>
/// <param name="heldOutReference">The reference's log-probabilities of <paramref name="heldOut"/>.</param>
public sealed class ListTask(
    TrainedModel model, ListObjective objective, IReadOnlyList<TrainingExample> examples, ReferenceLogProbs? reference = null,
    IReadOnlyList<TrainingExample>? heldOut = null, ReferenceLogProbs? heldOutReference = null)
    : TrainingTask(model, examples)
{
    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        return Backward(Profile(microBatch, batch));
    }

    /// <summary>The mean loss and the rewards of held-out rankings; <c>score</c> is the negative loss.</summary>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation)
    {
        if (heldOut is not { Count: > 0 })
        {
            return new Dictionary<string, double>();
        }

        using var noGrad = NoGrad.Begin();
        var metrics = new MetricSums();
        double loss = 0;
        var measured = Model.Shared(heldOut.Count, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var forward = Forward([heldOut[i]], heldOutReference?.Tokens([i], Model.Language.Device), heldOut.Count);
            return new Measured(forward.Loss.Item<double>(), forward.Metrics);
        });
        foreach (var ranking in measured)
        {
            loss += ranking.Loss;
            metrics.Add(ranking.Metrics);
        }

        return new Dictionary<string, double>([new("loss", loss), .. metrics.Means(), new("score", -loss)]);
    }

    /// <summary>What one held-out ranking gave.</summary>
    private sealed record Measured(double Loss, MetricSums Metrics);

    /// <inheritdoc/>
    internal override ProfiledForward Profile(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch) =>
        Forward([.. microBatch.Select(i => Examples[i])], reference?.Tokens(microBatch, Model.Language.Device), batch.Count);

    /// <summary>Some of a batch's rankings: the best response is the chosen side, all others together are the rejected one.</summary>
    private ProfiledForward Forward(IReadOnlyList<TrainingExample> part, ResponseTokens? referenceTokens, int batch)
    {
        var (hidden, targets, lengths, computed) = Model.Forward(part);
        var answers = AnswerLogProbs.Forward(Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits });
        var policy = ResponseStatistics.FromTokens(new ResponseTokens(answers.LogProb, lengths));
        var other = referenceTokens is null ? null : ResponseStatistics.FromTokens(referenceTokens);
        var metrics = new MetricSums();
        var (losses, best, others, sides) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>(), new List<ResponseSide>());
        long start = 0;
        foreach (var example in part)
        {
            long[] own = [.. Enumerable.Range(0, example.Packed.Responses.Count).Select(k => start + k)];
            start += own.Length;
            var (ranked, ranking) = (policy.Select(own), other?.Select(own));
            losses.Add(objective.Loss(ranked, ranking));
            Report(metrics, objective.Rewards(ranked, ranking).ToArray<double>(), ranked.SumLogProb.ToArray<double>());
            var profiled = objective.ProfiledRewards(ranked);
            best.Add(profiled.Select(0, 0));
            others.Add(profiled.Narrow(0, 1, own.Length - 1).Mean());
            sides.AddRange(own.Select((_, k) => k == 0 ? ResponseSide.Chosen : ResponseSide.Rejected));
        }

        var loss = Tensor.Stack([.. losses]).Sum() / batch;
        return new ProfiledForward(answers, loss, Tensor.Stack([.. best]), Tensor.Stack([.. others]), sides, lengths, computed, metrics);
    }

    /// <summary>
    /// The best response counts as chosen, the mean of the others as rejected; accuracy is the share of pairs in the right order.
    /// </summary>
    private static void Report(MetricSums metrics, double[] rewards, double[] logProbs)
    {
        var others = rewards[1..].Average();
        metrics.Add("rewards/chosen", rewards[0], 1);
        metrics.Add("rewards/rejected", others, 1);
        metrics.Add("rewards/margins", rewards[0] - others, 1);
        var pairs = from i in Enumerable.Range(0, rewards.Length) from j in Enumerable.Range(i + 1, rewards.Length - i - 1) select rewards[i] > rewards[j] ? 1.0 : 0.0;
        metrics.Add("rewards/accuracies", pairs);
        metrics.Add("logps/chosen", logProbs[0], 1);
        metrics.Add("logps/rejected", logProbs[1..].Average(), 1);
    }
}
