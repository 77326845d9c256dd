using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.LogProbs;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>Training on responses that are rated good or bad by themselves (KTO, BCO).</summary>
/// <param name="model">The model.</param>
/// <param name="objective">The objective.</param>
/// <param name="examples">
/// Examples of one response each; of two when the objective needs responses paired with other prompts: the second is another example's.
/// </param>
/// <param name="desirable">Whether each example's response is a good one.</param>
/// <param name="reference">The reference's log-probabilities of all responses.</param>
public sealed class RatedTask(
    TrainedModel model, RatedObjective objective, IReadOnlyList<TrainingExample> examples, IReadOnlyList<bool> desirable,
    ReferenceLogProbs reference) : TrainingTask(model, examples)
{
    private IReadOnlyList<int>? _observed;
    private double[] _mismatched = [];
    private double[] _referenceMismatched = [];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> ObjectiveState => objective.State;

    /// <inheritdoc/>
    public override void RestoreObjectiveState(IReadOnlyDictionary<string, double> state) => objective.Restore(state);

    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        if (microBatch.Count < batch.Count)
        {
            ObserveInParts(batch); // what is the same for the whole batch must not depend on how it is cut up
        }

        var (answers, policy, computed) = Forward(microBatch);
        var responses = Statistics(microBatch, policy);
        if (microBatch.Count == batch.Count)
        {
            Observe(batch, [responses]);
        }

        responses = responses with
        {
            MismatchedSumLogProb = Tensor.From<double>(_mismatched).To(Model.Language.Device, answers.LogProb.DType),
            ReferenceMismatchedSumLogProb = Tensor.From<double>(_referenceMismatched).To(Model.Language.Device, answers.LogProb.DType),
        };
        var result = objective.Compute(responses);
        var loss = result.Losses.Sum() / batch.Count;
        var value = loss.Item<double>();
        if (double.IsFinite(value))
        {
            loss.Backward();
            answers.Backward();
        }

        var metrics = new MetricSums();
        metrics.Add("rewards/chosen", result.ChosenRewards.ToArray<double>());
        metrics.Add("rewards/rejected", result.RejectedRewards.ToArray<double>());
        metrics.Add("logps/chosen", responses.Desirable.SumLogProb.ToArray<double>());
        metrics.Add("logps/rejected", responses.Undesirable.SumLogProb.ToArray<double>());
        return new MicroBatchResult(value, computed, metrics);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation) => new Dictionary<string, double>();

    private void ObserveInParts(IReadOnlyList<int> batch)
    {
        if (batch.SequenceEqual(_observed ?? []))
        {
            return;
        }

        using var noGrad = NoGrad.Begin();
        Observe(batch, [.. batch.Select(i => Statistics([i], Forward([i]).Policy))]);
    }

    private void Observe(IReadOnlyList<int> batch, IReadOnlyList<RatedStatistics> parts)
    {
        _observed = [.. batch];
        foreach (var part in parts)
        {
            objective.Observe(part);
        }

        _mismatched = [.. parts.SelectMany(p => p.MismatchedSumLogProb?.ToArray<double>() ?? [])];
        _referenceMismatched = [.. parts.SelectMany(p => p.ReferenceMismatchedSumLogProb?.ToArray<double>() ?? [])];
    }

    private (AnswerLogProbs Answers, ResponseStatistics Policy, int Computed) Forward(IReadOnlyList<int> part)
    {
        var (hidden, targets, lengths, computed) = Model.Forward([.. part.Select(i => Examples[i])]);
        var answers = AnswerLogProbs.Forward(Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits });
        return (answers, ResponseStatistics.FromTokens(new ResponseTokens(answers.LogProb, lengths)), computed);
    }

    private RatedStatistics Statistics(IReadOnlyList<int> part, ResponseStatistics policy)
    {
        var other = ResponseStatistics.FromTokens(reference.Tokens(part, Model.Language.Device));
        var stride = objective.NeedsMismatched ? 2 : 1;
        long[] Own(bool wanted) => [.. Enumerable.Range(0, part.Count).Where(k => desirable[part[k]] == wanted).Select(k => (long)stride * k)];
        long[] mismatched = [.. Enumerable.Range(0, part.Count).Select(k => (2L * k) + 1)];
        return new RatedStatistics
        {
            Desirable = policy.Select(Own(true)),
            Undesirable = policy.Select(Own(false)),
            ReferenceDesirable = other.Select(Own(true)),
            ReferenceUndesirable = other.Select(Own(false)),
            MismatchedSumLogProb = objective.NeedsMismatched ? policy.Select(mismatched).SumLogProb.Detach() : null,
            ReferenceMismatchedSumLogProb = objective.NeedsMismatched ? other.Select(mismatched).SumLogProb : null,
        };
    }
}
