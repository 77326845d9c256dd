namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// LD-DPO (Liu et al. 2024, arXiv 2409.06411, Eq. 8): tokens beyond the length that both responses have count with weight α only,
/// under the policy and under the reference, so that longer is not better by itself.
/// </summary>
public static class LengthDesensitization
{
    /// <summary>The pairs with their sums of log-probabilities weighted so; α = 1 changes nothing, 0 cuts the tails off.</summary>
    public static PairStatistics Apply(PairStatistics pairs, double alpha)
    {
        long[] shared = [.. pairs.Chosen.Tokens!.Lengths.Zip(pairs.Rejected.Tokens!.Lengths, Math.Min)];
        ResponseStatistics Weighted(ResponseStatistics responses) =>
            responses with { SumLogProb = responses.Tokens!.SumWithTailWeight(shared, alpha) };
        return pairs with
        {
            Supervised = pairs.Supervised ?? pairs.Chosen, // a supervised term still counts every token
            Chosen = Weighted(pairs.Chosen),
            Rejected = Weighted(pairs.Rejected),
            ReferenceChosen = Weighted(pairs.ReferenceChosen!),
            ReferenceRejected = Weighted(pairs.ReferenceRejected!),
        };
    }
}
