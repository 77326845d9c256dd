using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>Token log-probabilities of n responses, one response after the other, without padding.</summary>
/// <param name="LogProb">log π(y_t | x, y_&lt;t): [Σ lengths]</param>
/// <param name="Lengths">The responses' lengths in tokens, in order.</param>
public sealed record ResponseTokens(Tensor LogProb, IReadOnlyList<long> Lengths)
{
    /// <summary>Adds up a per-token quantity [Σ lengths] into [n].</summary>
    public Tensor SumPerResponse(Tensor perToken)
    {
        var owners = new long[Lengths.Sum()];
        long start = 0;
        for (var response = 0; response < Lengths.Count; response++)
        {
            owners.AsSpan((int)start, (int)Lengths[response]).Fill(response);
            start += Lengths[response];
        }

        var zeros = Tensor.Zeros([Lengths.Count], perToken.DType, perToken.Device);
        return zeros.IndexAdd(0, Tensor.From<long>(owners).To(perToken.Device), perToken);
    }

    /// <summary>The lengths as a tensor [n] of the log-probabilities' dtype.</summary>
    public Tensor Counts() => Tensor.From<double>([.. Lengths]).To(LogProb.Device, LogProb.DType);

    /// <summary>
    /// Σ_t log π(y_t) with a smaller weight behind a response's first <paramref name="shared"/> tokens: [n].
    /// </summary>
    public Tensor SumWithTailWeight(IReadOnlyList<long> shared, double tailWeight)
    {
        var weights = new double[Lengths.Sum()];
        long start = 0;
        for (var response = 0; response < Lengths.Count; response++)
        {
            var head = Math.Min(shared[response], Lengths[response]);
            weights.AsSpan((int)start, (int)head).Fill(1);
            weights.AsSpan((int)(start + head), (int)(Lengths[response] - head)).Fill(tailWeight);
            start += Lengths[response];
        }

        return SumPerResponse(LogProb * Tensor.From<double>(weights).To(LogProb.Device, LogProb.DType));
    }

    /// <summary>Some of the responses, by number.</summary>
    public ResponseTokens Select(params long[] responses)
    {
        var starts = new long[Lengths.Count + 1];
        for (var i = 0; i < Lengths.Count; i++)
        {
            starts[i + 1] = starts[i] + Lengths[i];
        }

        var kept = responses.SelectMany(r => Enumerable.Range((int)starts[r], (int)Lengths[(int)r])).Select(t => (long)t).ToArray();
        return new ResponseTokens(
            LogProb.IndexSelect(0, Tensor.From<long>(kept, kept.Length).To(LogProb.Device)), [.. responses.Select(r => Lengths[(int)r])]);
    }
}
