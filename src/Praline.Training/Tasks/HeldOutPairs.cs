using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>Pairs that nothing is learnt from, and what a model makes of them.</summary>
/// <param name="Examples">Examples of two responses each, the chosen one first.</param>
/// <param name="Reference">The reference's log-probabilities of them; null for methods without one.</param>
public sealed record HeldOutPairs(IReadOnlyList<TrainingExample> Examples, ReferenceLogProbs? Reference = null)
{
    /// <summary>
    /// The mean loss, rewards, margin and accuracy; <c>score</c>, which decides what is best, is the negative loss. Empty without examples.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyDictionary<string, double> Measure(TrainedModel model, PairObjective objective, CancellationToken cancellation)
    {
        if (Examples.Count == 0)
        {
            return new Dictionary<string, double>();
        }

        using var noGrad = NoGrad.Begin();
        var totals = PairForward.TotalsOf(Examples);
        // A method that compares pairs sees all of them at once; else ranks share the pairs.
        var size = objective.Requirements.HasFlag(Requirements.SeveralPairs) ? Examples.Count : 1;
        int[][] parts = [.. Enumerable.Range(0, Examples.Count).Chunk(size)];
        var measured = model.Shared(parts.Length, number =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var part = parts[number];
            var forward = PairForward.Run(model, objective, [.. part.Select(i => Examples[i])], Reference?.Tokens(part, model.Language.Device), totals);
            return new Measured(forward.Result.Losses.Sum().Item<double>() / totals.Pairs, forward.Metrics());
        });
        var sums = new MetricSums();
        double loss = 0;
        foreach (var part in measured)
        {
            loss += part.Loss;
            sums.Add(part.Metrics);
        }

        return new Dictionary<string, double>([new("loss", loss), .. sums.Means(), new("score", -loss)]);
    }

    /// <summary>What one part gave.</summary>
    private sealed record Measured(double Loss, MetricSums Metrics);
}
