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
        var (answers, all, lengths, computed) = Responses(model, objective, examples);
        var pairs = PairsOf(all, examples.Count, reference, totals);
        return new PairForward(answers, pairs, objective.Compute(pairs), lengths, computed);
    }

    /// <summary>
    /// Computes some pairs of a batch whose pairs are compared with each other; the others' numbers are known. The losses are those of all pairs,
    /// scaled so that the batch's micro-batches add up to its loss, with the gradient of all of it in the log-probabilities that are computed here.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="objective">The objective.</param>
    /// <param name="examples">Examples of the whole batch.</param>
    /// <param name="own">Places in the batch of those to compute.</param>
    /// <param name="known">The numbers of the whole batch.</param>
    /// <param name="reference">The reference's log-probabilities of the whole batch; null for methods without one.</param>
    internal static PairForward Among(
        TrainedModel model, PairObjective objective, IReadOnlyList<TrainingExample> examples, IReadOnlyList<int> own, IReadOnlyList<KnownPair> known,
        ResponseTokens? reference)
    {
        var (answers, all, lengths, computed) = Responses(model, objective, [.. own.Select(i => examples[i])]);
        int[] others = [.. Enumerable.Range(0, examples.Count).Except(own)];
        var mixed = others.Length == 0 ? all : all.Concat(KnownPair.Statistics([.. others.Select(i => known[i])], all.SumLogProb));
        var order = own.Concat(others).Index().ToDictionary(place => place.Item, place => place.Index);
        long[] inOrder = [.. Enumerable.Range(0, examples.Count).SelectMany(i => new[] { 2L * order[i], (2L * order[i]) + 1 })];
        var totals = TotalsOf(model, examples);
        var result = objective.Compute(PairsOf(mixed.Select(inOrder), examples.Count, reference, totals));
        var sum = result.Losses.Sum();
        var share = sum - (sum * (1 - ((double)own.Count / examples.Count))).Detach();
        var rows = Tensor.From<long>([.. own.Select(i => (long)i)], own.Count).To(sum.Device);
        var ownReference = reference?.Select([.. own.SelectMany(i => new[] { 2L * i, (2L * i) + 1 })]);
        return new PairForward(
            answers, PairsOf(all, own.Count, ownReference, totals), new PairLoss(share, result.ChosenRewards.IndexSelect(0, rows), result.RejectedRewards.IndexSelect(0, rows)),
            lengths, computed);
    }

    /// <summary>The loss, rewards and so on of pairs of which only numbers are known.</summary>
    internal static (PairLoss Result, PairStatistics Pairs) OfKnown(PairObjective objective, IReadOnlyList<KnownPair> known, ResponseTokens? reference, BatchTotals totals)
    {
        var pairs = PairsOf(KnownPair.Statistics(known, reference?.LogProb ?? Tensor.Zeros([0])), known.Count, reference, totals);
        return (objective.Compute(pairs), pairs);
    }

    /// <summary>The numbers of pairs, without gradients.</summary>
    internal static IReadOnlyList<KnownPair> Known(TrainedModel model, PairObjective objective, IReadOnlyList<TrainingExample> examples)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        return KnownPair.Of(Responses(model, objective, examples).All);
    }

    private static (AnswerLogProbs Answers, ResponseStatistics All, IReadOnlyList<long> Lengths, int Computed) Responses(
        TrainedModel model, PairObjective objective, IReadOnlyList<TrainingExample> examples)
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

        return (answers, all, lengths, computed);
    }

    private static PairStatistics PairsOf(ResponseStatistics all, int count, ResponseTokens? reference, BatchTotals totals)
    {
        var (chosen, rejected) = Halves(count);
        var other = reference is null ? null : ResponseStatistics.FromTokens(reference);
        return new PairStatistics
        {
            Chosen = all.Select(chosen),
            Rejected = all.Select(rejected),
            ReferenceChosen = other?.Select(chosen),
            ReferenceRejected = other?.Select(rejected),
            Totals = totals,
        };
    }

    /// <summary>Sizes of a batch of examples.</summary>
    internal static BatchTotals TotalsOf(TrainedModel model, IEnumerable<TrainingExample> batch)
    {
        var list = batch.ToArray();
        return new BatchTotals(list.Length, list.Sum(e => (double)e.Packed.Responses[0].CountedTokens), model.LossAverage);
    }

    /// <summary>What is logged of these pairs.</summary>
    internal MetricSums Metrics() => Metrics(Result, Pairs);

    /// <summary>What is logged of pairs.</summary>
    internal static MetricSums Metrics(PairLoss result, PairStatistics pairs)
    {
        var metrics = new MetricSums();
        // One transfer for all: each would wait for a GPU.
        using var scope = new TensorScope();
        Tensor[] logged = [result.ChosenRewards, result.RejectedRewards, pairs.Chosen.SumLogProb, pairs.Rejected.SumLogProb];
        var rows = Tensor.Stack([.. logged.Select(values => values.Detach().To(DType.Float64))]).ToArray<double>().Chunk((int)logged[0].Numel).ToArray();
        var (chosen, rejected) = (rows[0], rows[1]);
        metrics.Add("rewards/chosen", chosen);
        metrics.Add("rewards/rejected", rejected);
        metrics.Add("rewards/margins", chosen.Zip(rejected, (c, r) => c - r));
        metrics.Add("rewards/accuracies", chosen.Zip(rejected, (c, r) => c > r ? 1.0 : 0.0));
        metrics.Add("logps/chosen", rows[2]);
        metrics.Add("logps/rejected", rows[3]);
        return metrics;
    }

    private static (long[] Chosen, long[] Rejected) Halves(int pairs) =>
        ([.. Enumerable.Range(0, pairs).Select(i => 2L * i)], [.. Enumerable.Range(0, pairs).Select(i => (2L * i) + 1)]);
}
