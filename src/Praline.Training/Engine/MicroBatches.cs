namespace Praline.Training.Engine;

/// <summary>Cuts a batch into micro-batches that are computed one at a time.</summary>
public static class MicroBatches
{
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
