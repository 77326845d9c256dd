using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.LogProbs;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>The forward pass over preference pairs: hidden states, answer log-probabilities, the objective's losses.</summary>
/// <param name="Answers">Log-probabilities as a leaf; carries gradients on into the model.</param>
/// <param name="Pairs">The statistics.</param>
/// <param name="Result">Losses and rewards.</param>
/// <param name="Lengths">Learnt tokens of each response: chosen, rejected, pair after pair.</param>
/// <param name="Computed">Tokens computed.</param>
internal sealed record PairForward(AnswerLogProbs Answers, PairStatistics Pairs, PairLoss Result, IReadOnlyList<long> Lengths, int Computed)
{
    /// <summary>Computes pairs; without gradients when these are off.</summary>
    /// <param name="model">The model.</param>
    /// <param name="objective">The objective.</param>
    /// <param name="examples">Examples of two responses each, the chosen one first.</param>
    /// <param name="reference">The reference's log-probabilities of the same responses; null for methods without one.</param>
    /// <param name="totals">Sizes of the batch that these pairs are a part of.</param>
    internal static PairForward Run(
        TrainedModel model, PairObjective objective, IReadOnlyList<TrainingExample> examples, ResponseTokens? reference, BatchTotals totals)
    {
        var (hidden, targets, lengths, computed) = model.Forward(examples);
        Tensor? referenceHidden = null;
        if (objective.Requirements.HasFlag(Requirements.SequentialKl))
        {
            using var noGrad = NoGrad.Begin();
            using var off = model.WithoutAdapter();
            referenceHidden = model.Forward(examples).Hidden;
        }

        var answers = AnswerLogProbs.Forward(model.Language.LmHead, hidden, targets, new AnswerOptions
        {
            MaxLogits = model.MaxLogits,
            Concentration = objective.Requirements.HasFlag(Requirements.AlignedLogProb),
            ReferenceHidden = referenceHidden,
        });
        var tokens = new ResponseTokens(answers.LogProb, lengths);
        var all = ResponseStatistics.FromTokens(tokens);
        if (answers.Concentration is { } concentration)
        {
            all = all with { MeanAlignedLogProb = tokens.SumPerResponse((answers.LogProb - concentration).Detach()) / all.TokenCount };
        }

        if (answers.ReferenceKl is { } divergence)
        {
            all = all with { SequentialKl = tokens.SumPerResponse(divergence) };
        }

        var (chosen, rejected) = Halves(examples.Count);
        var other = reference is null ? null : ResponseStatistics.FromTokens(reference);
        var pairs = new PairStatistics
        {
            Chosen = all.Select(chosen),
            Rejected = all.Select(rejected),
            ReferenceChosen = other?.Select(chosen),
            ReferenceRejected = other?.Select(rejected),
            Totals = totals,
        };
        return new PairForward(answers, pairs, objective.Compute(pairs), lengths, computed);
    }

    /// <summary>Sizes of a batch of examples.</summary>
    internal static BatchTotals TotalsOf(IEnumerable<TrainingExample> batch)
    {
        var list = batch.ToArray();
        return new BatchTotals(list.Length, list.Sum(e => (double)e.Packed.Responses[0].CountedTokens));
    }

    /// <summary>What is logged of these pairs.</summary>
    internal MetricSums Metrics()
    {
        var metrics = new MetricSums();
        var (chosen, rejected) = (Result.ChosenRewards.ToArray<double>(), Result.RejectedRewards.ToArray<double>());
        metrics.Add("rewards/chosen", chosen);
        metrics.Add("rewards/rejected", rejected);
        metrics.Add("rewards/margins", chosen.Zip(rejected, (c, r) => c - r));
        metrics.Add("rewards/accuracies", chosen.Zip(rejected, (c, r) => c > r ? 1.0 : 0.0));
        metrics.Add("logps/chosen", Pairs.Chosen.SumLogProb.ToArray<double>());
        metrics.Add("logps/rejected", Pairs.Rejected.SumLogProb.ToArray<double>());
        return metrics;
    }

    private static (long[] Chosen, long[] Rejected) Halves(int pairs) =>
        ([.. Enumerable.Range(0, pairs).Select(i => 2L * i)], [.. Enumerable.Range(0, pairs).Select(i => (2L * i) + 1)]);
}
