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
        var totals = PairForward.TotalsOf(model, Examples);
        if (objective.Requirements.HasFlag(Requirements.SeveralPairs))
        {
            return Compared(model, objective, totals, cancellation);
        }

        var measured = model.Shared(Examples.Count, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var forward = PairForward.Run(model, objective, [Examples[i]], Reference?.Tokens([i], model.Language.Device), totals);
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

    /// <summary>A method that compares pairs sees the numbers of all of them at once.</summary>
    private Dictionary<string, double> Compared(TrainedModel model, PairObjective objective, BatchTotals totals, CancellationToken cancellation)
    {
        using var scope = new TensorScope();
        var known = model.Shared(Examples.Count, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            return PairForward.Known(model, objective, [Examples[i]])[0];
        });
        var reference = Reference?.Tokens([.. Enumerable.Range(0, Examples.Count)], model.Language.Device);
        var (result, pairs) = PairForward.OfKnown(objective, known, reference, totals);
        var loss = result.Losses.Sum().Item<double>() / totals.Pairs;
        return new Dictionary<string, double>([new("loss", loss), .. PairForward.Metrics(result, pairs).Means(), new("score", -loss)]);
    }

    /// <summary>What one part gave.</summary>
    private sealed record Measured(double Loss, MetricSums Metrics);
}
