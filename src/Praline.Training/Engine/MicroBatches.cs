namespace Praline.Training.Engine;

/// <summary>Cuts a batch into micro-batches that are computed one at a time.</summary>
public static class MicroBatches
{
    /// <summary>Tokens that a micro-batch may have at most.</summary>
    public static int Largest(IReadOnlyList<int> lengths, int batchSize, int tokenBudget, int fixedSize)
    {
        var ordered = lengths.OrderDescending().Take(tokenBudget == 0 ? fixedSize : batchSize).ToArray();
        return tokenBudget == 0 ? ordered.Sum() : Math.Max(ordered.FirstOrDefault(), (int)Math.Min(tokenBudget, ordered.Sum(l => (long)l)));
    }

    /// <summary>
    /// Consecutive examples as long as they fit into the budget of tokens; an example that is longer than the budget is a micro-batch
    /// by itself. A budget of 0 takes <paramref name="fixedSize"/> examples each.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Cut(IReadOnlyList<int> batch, IReadOnlyList<int> lengths, int tokenBudget, int fixedSize)
    {
        if (tokenBudget == 0)
        {
            return [.. batch.Chunk(fixedSize)];
        }

        var parts = new List<IReadOnlyList<int>>();
        var part = new List<int>();
        var tokens = 0;
        foreach (var example in batch)
        {
            if (part.Count > 0 && tokens + lengths[example] > tokenBudget)
            {
                parts.Add(part);
                (part, tokens) = ([], 0);
            }

            part.Add(example);
            tokens += lengths[example];
        }

        if (part.Count > 0)
        {
            parts.Add(part);
        }

        return parts;
    }
}
