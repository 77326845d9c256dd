using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>
/// What objectives need to know of n responses, under the policy (with gradients) or under the reference (without). All tensors are
/// [n] in one floating dtype.
/// </summary>
public sealed record ResponseStatistics
{
    /// <summary>Σ_t log π(y_t | x, y_&lt;t): [n]</summary>
    public required Tensor SumLogProb { get; init; }

    /// <summary>|y|, the number of response tokens that count (the end token included): [n], no gradient.</summary>
    public required Tensor TokenCount { get; init; }

    /// <summary>q̄ = mean_t π(y_t | x, y_&lt;t): [n]; only SynPO asks for it.</summary>
    public Tensor? MeanProbability { get; init; }

    /// <summary>
    /// mean_t (log π(y_t) − log Σ_v π(v)²): [n], no gradient; only WPO's weighting asks for it.
    /// </summary>
    public Tensor? MeanAlignedLogProb { get; init; }

    /// <summary>Σ_t KL(π_ref(·|x, y_&lt;t) ‖ π(·|x, y_&lt;t)): [n]; only TDPO asks for it.</summary>
    public Tensor? SequentialKl { get; init; }

    /// <summary>The single tokens' log-probabilities; only methods that weight tokens ask for them.</summary>
    public ResponseTokens? Tokens { get; init; }

    /// <summary>(1/|y|) Σ_t log π(y_t): [n]</summary>
    public Tensor MeanLogProb => SumLogProb / TokenCount;

    /// <summary>Sums, means and mean probabilities of packed tokens.</summary>
    public static ResponseStatistics FromTokens(ResponseTokens tokens)
    {
        var count = tokens.Counts();
        return new ResponseStatistics
        {
            SumLogProb = tokens.SumPerResponse(tokens.LogProb),
            TokenCount = count,
            MeanProbability = tokens.SumPerResponse(tokens.LogProb.Exp()) / count,
            Tokens = tokens,
        };
    }

    /// <summary>These responses, then others; what one of the two lacks is left out.</summary>
    public ResponseStatistics Concat(ResponseStatistics others)
    {
        static Tensor? Both(Tensor? a, Tensor? b) => a is null || b is null ? null : Tensor.Cat([a, b]);
        return new ResponseStatistics
        {
            SumLogProb = Both(SumLogProb, others.SumLogProb)!,
            TokenCount = Both(TokenCount, others.TokenCount)!,
            MeanProbability = Both(MeanProbability, others.MeanProbability),
            MeanAlignedLogProb = Both(MeanAlignedLogProb, others.MeanAlignedLogProb),
            SequentialKl = Both(SequentialKl, others.SequentialKl),
            Tokens = Tokens is null || others.Tokens is null ? null
                : new ResponseTokens(Tensor.Cat([Tokens.LogProb, others.Tokens.LogProb]), [.. Tokens.Lengths, .. others.Tokens.Lengths]),
        };
    }

    /// <summary>Some of the responses, by number.</summary>
    public ResponseStatistics Select(params long[] responses)
    {
        var index = Tensor.From<long>(responses).To(SumLogProb.Device);
        Tensor? Pick(Tensor? values) => values?.IndexSelect(0, index);
        return new ResponseStatistics
        {
            SumLogProb = Pick(SumLogProb)!,
            TokenCount = Pick(TokenCount)!,
            MeanProbability = Pick(MeanProbability),
            MeanAlignedLogProb = Pick(MeanAlignedLogProb),
            SequentialKl = Pick(SequentialKl),
            Tokens = Tokens?.Select(responses),
        };
    }
}
