using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>The statistics of n preference pairs: everything a paired objective may look at.</summary>
public sealed record PairStatistics
{
    /// <summary>The preferred responses under the policy.</summary>
    public required ResponseStatistics Chosen { get; init; }

    /// <summary>The other responses under the policy.</summary>
    public required ResponseStatistics Rejected { get; init; }

    /// <summary>The preferred responses under the reference; null for methods without one.</summary>
    public ResponseStatistics? ReferenceChosen { get; init; }

    /// <summary>The other responses under the reference; null for methods without one.</summary>
    public ResponseStatistics? ReferenceRejected { get; init; }

    /// <summary>
    /// The sequences whose likelihood an added supervised term raises, where these are not the chosen responses: TPO's gold responses, or
    /// prompt and response together for ORPO as TRL computes it.
    /// </summary>
    public ResponseStatistics? Supervised { get; init; }

    /// <summary>Sizes of the batch that these pairs are a part of; null when they are all of it.</summary>
    public BatchTotals? Totals { get; init; }

    /// <summary>The number of pairs here.</summary>
    public long Count => Chosen.SumLogProb.Numel;

    /// <summary>log π/π_ref of the chosen responses, summed over tokens: [n]</summary>
    public Tensor ChosenLogRatio => Chosen.SumLogProb - Need(ReferenceChosen).SumLogProb;

    /// <summary>log π/π_ref of the rejected responses, summed over tokens: [n]</summary>
    public Tensor RejectedLogRatio => Rejected.SumLogProb - Need(ReferenceRejected).SumLogProb;

    /// <summary>
    /// −log π per token of the supervised responses (the chosen ones, if none are named): [n]. By rows, each response's own mean. By tokens, averaged over the whole
    /// batch's tokens and spread evenly over these pairs: its mean over the batch's pairs is the token mean, however the batch is cut up.
    /// </summary>
    public Tensor SupervisedLoss()
    {
        var responses = Supervised ?? Chosen;
        if (Totals is { Average: LossAverage.Row })
        {
            return -responses.MeanLogProb;
        }

        var sum = -responses.SumLogProb.Sum();
        var mean = Totals is { } totals
            ? sum * (totals.Pairs / (totals.ChosenTokens * Count))
            : sum / responses.TokenCount.Sum();
        return mean.Expand(Count);
    }

    /// <summary>The same with a reference whose log-probabilities are all zero.</summary>
    public PairStatistics WithoutReference() => this with { ReferenceChosen = Zero(Chosen), ReferenceRejected = Zero(Rejected) };

    private static ResponseStatistics Zero(ResponseStatistics like) => new()
    {
        SumLogProb = like.SumLogProb.Detach().ZerosLike(),
        TokenCount = like.TokenCount,
        Tokens = like.Tokens is { } tokens ? tokens with { LogProb = tokens.LogProb.Detach().ZerosLike() } : null,
    };

    private static ResponseStatistics Need(ResponseStatistics? reference) =>
        reference ?? throw new PralineException("This objective compares with a reference model, but no reference log-probabilities were given.");
}
