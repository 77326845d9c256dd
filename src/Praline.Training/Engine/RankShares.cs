namespace Praline.Training.Engine;

/// <summary>Deals the examples of a batch out to ranks, so that each gets about as many tokens to compute.</summary>
public static class RankShares
{
    /// <summary>
    /// Each rank's examples, in the batch's order: from the longest on, each goes to the rank that has the fewest tokens so far. Every
    /// example is dealt out exactly once, and every rank computes the same shares.
    /// </summary>
    /// <param name="batch">The examples of an optimizer step.</param>
    /// <param name="lengths">Tokens of each example of the data set.</param>
    /// <param name="ranks">How many ranks there are.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Of(IReadOnlyList<int> batch, IReadOnlyList<int> lengths, int ranks)
    {
        if (ranks == 1)
        {
            return [batch];
        }

        var tokens = new long[ranks];
        var owner = new int[batch.Count];
        foreach (var place in Enumerable.Range(0, batch.Count).OrderByDescending(i => lengths[batch[i]]))
        {
            var least = Array.IndexOf(tokens, tokens.Min());
            owner[place] = least;
            tokens[least] += lengths[batch[place]];
        }

        return [.. Enumerable.Range(0, ranks).Select(rank => (IReadOnlyList<int>)[.. batch.Where((_, i) => owner[i] == rank)])];
    }
}
