using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.LogProbs;

namespace Praline.Training.Tasks;

/// <summary>
/// Supervised fine-tuning: the mean of −log π over all learnt tokens of the batch. Weights of tokens are known beforehand, so a block of
/// logits gives value and gradient at once.
/// </summary>
public sealed class SupervisedTask(TrainedModel model, IReadOnlyList<TrainingExample> examples, IReadOnlyList<TrainingExample>? heldOut = null)
    : TrainingTask(model, examples)
{
    private const int EvaluationBatch = 8;

    /// <inheritdoc/>
    public override MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        using var training = Model.Training(randomSeed);
        double total = batch.Sum(i => Learnt(Examples[i]));
        var (hidden, targets, lengths, computed) = Model.Forward([.. microBatch.Select(i => Examples[i])]);
        var weights = Tensor.Full([targets.Size(0)], -1 / total, device: hidden.Device);
        var answers = AnswerLogProbs.Forward(
            Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits, KnownGradient = weights });
        var sum = answers.LogProb.Sum(DType.Float64).Item<double>();
        if (double.IsFinite(sum))
        {
            answers.Backward();
        }

        var metrics = new MetricSums();
        metrics.Add("logps/chosen", sum, lengths.Count);
        metrics.Add("learnt_tokens", lengths.Sum(), 1.0 * microBatch.Count / batch.Count);
        return new MicroBatchResult(-sum / total, computed, metrics);
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
        var own = new List<Measured>();
        foreach (var (number, part) in heldOut.Chunk(EvaluationBatch).Index().Where(p => Model.World.Owns(p.Index)))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var (hidden, targets, lengths, _) = Model.Forward(part);
            var logProb = AnswerLogProbs.Forward(Model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = Model.MaxLogits })
                .LogProb.Sum(DType.Float64).Item<double>();
            own.Add(new Measured(number, logProb, lengths.Sum()));
        }

        foreach (var part in Model.World.Gather(own.ToArray()).SelectMany(rank => rank).OrderBy(part => part.Number))
        {
            sum += part.LogProb;
            tokens += part.Tokens;
        }

        return new Dictionary<string, double> { ["loss"] = -sum / tokens, ["score"] = sum / tokens };
    }

    private static double Learnt(TrainingExample example) => example.Packed.Responses.Sum(r => (double)r.CountedTokens);

    /// <summary>What one part of the held-out examples gave.</summary>
    private sealed record Measured(int Number, double LogProb, double Tokens);
}
