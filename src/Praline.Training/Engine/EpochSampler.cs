namespace Praline.Training.Engine;

/// <summary>
/// The order of examples: a fresh permutation per epoch, a pure function of (seed, epoch). Nothing of it needs saving: a step's number
/// says which examples it takes.
/// </summary>
/// <param name="count">Examples.</param>
/// <param name="batchSize">Examples of an optimizer step.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="most">Examples that an epoch takes, at most; an epoch then ends with the permutation's first ones.</param>
public sealed class EpochSampler(int count, int batchSize, ulong seed, int most = int.MaxValue)
{
    private readonly int _taken = Math.Min(count, most);

    private (int Epoch, int[] Order)? _current;

    /// <summary>Optimizer steps per epoch; the last one may have fewer examples.</summary>
    public int StepsPerEpoch => (_taken + batchSize - 1) / batchSize;

    /// <summary>The examples of an optimizer step, counted from 0 over all epochs.</summary>
    public IReadOnlyList<int> Batch(int step)
    {
        var (epoch, within) = Math.DivRem(step, StepsPerEpoch);
        var order = Order(epoch);
        return new ArraySegment<int>(order, within * batchSize, Math.Min(batchSize, _taken - (within * batchSize)));
    }

    private int[] Order(int epoch)
    {
        if (_current is not { } current || current.Epoch != epoch)
        {
            var order = Enumerable.Range(0, count).ToArray();
            var random = new SplitMix(Seeds.Derive(seed, "epoch", epoch));
            for (var i = count - 1; i > 0; i--)
            {
                var k = random.Below(i + 1);
                (order[i], order[k]) = (order[k], order[i]);
            }

            _current = current = (epoch, order);
        }

        return current.Order;
    }
}
