using Praline.Torch;
using Praline.Training.Engine;
using Praline.Training.LogProbs;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>Training on responses that are rated good or bad by themselves (KTO, BCO).</summary>
/// <param name="model">The model.</param>
/// <param name="objective">The objective.</param>
/// <param name="rated">What to train on.</param>
/// <param name="heldOut">What to measure; null for none.</param>
public sealed class RatedTask(TrainedModel model, RatedObjective objective, RatedExamples rated, RatedExamples? heldOut = null)
    : TrainingTask(model, rated.Examples)
{
    private IReadOnlyList<int>? _observed;
    private MetricSums _step = new();
    private double[] _mismatched = [];
    private double[] _referenceMismatched = [];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> ObjectiveState => objective.State;

    /// <inheritdoc/>
    public override void RestoreObjectiveState(IReadOnlyDictionary<string, double> state) => objective.Restore(state);

    /// <summary>What the objective observes of the whole batch, ranks compute by share.</summary>
    public override void BeginStep(IReadOnlyList<int> batch, ulong randomSeed)
    {
        _observed = null;
        if (Model.World.Size == 1 || !objective.ObservesBatch)
        {
            return;
        }

        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        using var noGrad = NoGrad.Begin();
        var parts = Model.Shared(batch.Count, i => Observed.Of(Statistics(rated, [batch[i]], Forward(rated, [batch[i]]).Policy)));
        Observe(batch, [.. parts.Select(part => part.Statistics(Model.Language.DType == DType.Float64 ? DType.Float64 : DType.Float32, objective.NeedsMismatched))]);
    }

    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        return Backward(Profile(microBatch, batch));
    }

    /// <summary>The margin: the mean reward of the step's good responses above that of its bad ones.</summary>
    public override IReadOnlyDictionary<string, double> EndStep()
    {
        var all = new MetricSums();
        foreach (var rank in Model.World.Gather(_step))
        {
            all.Add(rank);
        }

        var margin = Margin(all);
        _step = new MetricSums();
        return margin;
    }

    /// <summary>
    /// The mean loss of held-out responses, with the running means of the training and their own reference point, and the rewards of the good
    /// and the bad ones; <c>score</c> is the negative loss.
    /// </summary>
    public override IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation)
    {
        if (heldOut is not { Examples.Count: > 0 })
        {
            return new Dictionary<string, double>();
        }

        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var own = new Dictionary<int, RatedStatistics>();
        var others = Model.Shared(heldOut.Examples.Count, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            own[i] = Statistics(heldOut, [i], Forward(heldOut, [i]).Policy);
            return Mismatched([own[i]]);
        });
        double[] mismatched = [.. others.SelectMany(o => o.Policy)], referenceMismatched = [.. others.SelectMany(o => o.Reference)];
        var metrics = new MetricSums();
        double loss = 0;
        foreach (var part in Model.Shared(heldOut.Examples.Count, i =>
        {
            var result = objective.Compute(WithMismatched(own[i], mismatched, referenceMismatched));
            var measured = new MetricSums();
            Report(measured, result, own[i]);
            return new Measured(result.Losses.Sum().Item<double>(), measured);
        }))
        {
            loss += part.Loss / heldOut.Examples.Count;
            metrics.Add(part.Metrics);
        }

        return new Dictionary<string, double>([new("loss", loss), .. metrics.Means(), .. Margin(metrics), new("score", -loss)]);
    }

    /// <inheritdoc/>
    internal override ProfiledForward Profile(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch)
    {
        if (microBatch.Count < batch.Count && objective.ObservesBatch)
        {
            ObserveInParts(batch); // what is the same for the whole batch must not depend on how it is cut up
        }

        var (answers, policy, lengths, computed) = Forward(rated, microBatch);
        var responses = Statistics(rated, microBatch, policy);
        if (microBatch.Count == batch.Count && Model.World.Size == 1)
        {
            Observe(batch, [responses]);
        }

        var result = objective.Compute(WithMismatched(responses, _mismatched, _referenceMismatched));
        var metrics = new MetricSums();
        Report(metrics, result, responses);
        _step.Add(metrics);
        Tensor? Rewards(ResponseStatistics side) => side.SumLogProb.Numel == 0 ? null : side.SumLogProb;
        return new ProfiledForward(
            answers, result.Losses.Sum() / batch.Count, Rewards(responses.Desirable), Rewards(responses.Undesirable),
            [.. microBatch.SelectMany(i => Sides(rated.Desirable[i]))], lengths, computed, metrics);
    }

    /// <summary>The sides of an example's responses: its own, and another's that only the reference point looks at.</summary>
    private IEnumerable<ResponseSide> Sides(bool desirable)
    {
        yield return desirable ? ResponseSide.Chosen : ResponseSide.Rejected;
        if (objective.NeedsMismatched)
        {
            yield return ResponseSide.Neither;
        }
    }

    private static Dictionary<string, double> Margin(MetricSums metrics)
    {
        var means = metrics.Means().ToDictionary();
        return means.TryGetValue("rewards/chosen", out var chosen) && means.TryGetValue("rewards/rejected", out var rejected)
            ? new() { ["rewards/margins"] = chosen - rejected }
            : [];
    }

    private static void Report(MetricSums metrics, PairLoss result, RatedStatistics responses)
    {
        metrics.Add("rewards/chosen", result.ChosenRewards.ToArray<double>());
        metrics.Add("rewards/rejected", result.RejectedRewards.ToArray<double>());
        metrics.Add("logps/chosen", responses.Desirable.SumLogProb.ToArray<double>());
        metrics.Add("logps/rejected", responses.Undesirable.SumLogProb.ToArray<double>());
    }

    private static Origin Mismatched(IReadOnlyList<RatedStatistics> parts) => new(
        [.. parts.SelectMany(p => p.MismatchedSumLogProb?.ToArray<double>() ?? [])],
        [.. parts.SelectMany(p => p.ReferenceMismatchedSumLogProb?.ToArray<double>() ?? [])]);

    /// <summary>What one held-out response gave.</summary>
    private sealed record Measured(double Loss, MetricSums Metrics);

    /// <summary>Log-probabilities of responses to other prompts, under policy and reference.</summary>
    private sealed record Origin(double[] Policy, double[] Reference);

    private static RatedStatistics WithMismatched(RatedStatistics responses, double[] policy, double[] reference)
    {
        var like = responses.Desirable.SumLogProb;
        return responses with
        {
            MismatchedSumLogProb = Tensor.From<double>(policy).To(like.Device, like.DType),
            ReferenceMismatchedSumLogProb = Tensor.From<double>(reference).To(like.Device, like.DType),
        };
    }

    private void ObserveInParts(IReadOnlyList<int> batch)
    {
        if (batch.SequenceEqual(_observed ?? []))
        {
            return;
        }

        using var noGrad = NoGrad.Begin();
        Observe(batch, [.. batch.Select(i => Statistics(rated, [i], Forward(rated, [i]).Policy))]);
    }

    private void Observe(IReadOnlyList<int> batch, IReadOnlyList<RatedStatistics> parts)
    {
        _observed = [.. batch];
        foreach (var part in parts)
        {
            objective.Observe(part);
        }

        (_mismatched, _referenceMismatched) = Mismatched(parts);
    }

    /// <summary>What an objective observes of one response: its log-ratio's two sides, and those of the response to another prompt.</summary>
    private sealed record Observed(double[] Good, double[] GoodReference, double[] Bad, double[] BadReference, double[] Mismatched, double[] ReferenceMismatched)
    {
        internal static Observed Of(RatedStatistics of) => new(
            of.Desirable.SumLogProb.ToArray<double>(), of.ReferenceDesirable.SumLogProb.ToArray<double>(), of.Undesirable.SumLogProb.ToArray<double>(),
            of.ReferenceUndesirable.SumLogProb.ToArray<double>(), of.MismatchedSumLogProb?.ToArray<double>() ?? [], of.ReferenceMismatchedSumLogProb?.ToArray<double>() ?? []);

        internal RatedStatistics Statistics(DType type, bool mismatched)
        {
            Tensor Values(double[] values) => Tensor.From<double>(values, values.Length).To(type);
            ResponseStatistics Side(double[] sums) => new() { SumLogProb = Values(sums), TokenCount = Values([.. sums.Select(_ => 1.0)]) };
            return new RatedStatistics
            {
                Desirable = Side(Good),
                ReferenceDesirable = Side(GoodReference),
                Undesirable = Side(Bad),
                ReferenceUndesirable = Side(BadReference),
                MismatchedSumLogProb = mismatched ? Values(Mismatched) : null,
                ReferenceMismatchedSumLogProb = mismatched ? Values(ReferenceMismatched) : null,
            };
        }
    }

    private (AnswerLogProbs Answers, ResponseStatistics Policy, IReadOnlyList<long> Lengths, int Computed) Forward(RatedExamples data, IReadOnlyList<int> part)
    {
        var (hidden, targets, lengths, computed) = Model.Forward([.. part.Select(i => data.Examples[i])]);
        var answers = AnswerLogProbs.Forward(Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits });
        return (answers, ResponseStatistics.FromTokens(new ResponseTokens(answers.LogProb, lengths)), lengths, computed);
    }

    private RatedStatistics Statistics(RatedExamples data, IReadOnlyList<int> part, ResponseStatistics policy)
    {
        var other = ResponseStatistics.FromTokens(data.Reference.Tokens(part, Model.Language.Device));
        var stride = objective.NeedsMismatched ? 2 : 1;
        long[] Own(bool wanted) => [.. Enumerable.Range(0, part.Count).Where(k => data.Desirable[part[k]] == wanted).Select(k => (long)stride * k)];
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
