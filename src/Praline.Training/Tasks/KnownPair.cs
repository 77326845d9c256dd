using Praline.Torch;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>
/// What the policy makes of a pair, as numbers: for losses that compare a batch's pairs with each other, of which a micro-batch or a rank computes
/// only some. Their gradient in one pair's log-probabilities needs the values of the others, not their graphs.
/// </summary>
/// <param name="LogProb">Token log-probabilities of the chosen response, then of the rejected one.</param>
/// <param name="Lengths">Learnt tokens of both.</param>
/// <param name="Aligned">Mean aligned log-probabilities of both (WPO); null when nobody asks for them.</param>
/// <param name="Divergence">Sequential divergences of both (TDPO); null when nobody asks for them.</param>
internal sealed record KnownPair(double[] LogProb, long[] Lengths, double[]? Aligned, double[]? Divergence)
{
    /// <summary>The numbers of computed responses: pair after pair, the chosen one first.</summary>
    internal static IReadOnlyList<KnownPair> Of(ResponseStatistics all)
    {
        var lengths = all.Tokens!.Lengths;
        var (tokens, aligned, divergence) = (all.Tokens.LogProb.ToArray<double>(), all.MeanAlignedLogProb?.ToArray<double>(), all.SequentialKl?.ToArray<double>());
        var result = new List<KnownPair>();
        for (int i = 0, start = 0; i < lengths.Count; i += 2)
        {
            var count = (int)(lengths[i] + lengths[i + 1]);
            result.Add(new KnownPair(tokens[start..(start + count)], [lengths[i], lengths[i + 1]], aligned?[i..(i + 2)], divergence?[i..(i + 2)]));
            start += count;
        }

        return result;
    }

    /// <summary>The statistics of such pairs' responses, on the device and in the type of others.</summary>
    internal static ResponseStatistics Statistics(IReadOnlyList<KnownPair> pairs, Tensor like)
    {
        Tensor Values(IEnumerable<double> values)
        {
            double[] array = [.. values];
            return Tensor.From<double>(array, array.Length).To(like.Device, like.DType);
        }

        var all = ResponseStatistics.FromTokens(new ResponseTokens(Values(pairs.SelectMany(p => p.LogProb)), [.. pairs.SelectMany(p => p.Lengths)]));
        return all with
        {
            MeanAlignedLogProb = pairs.All(p => p.Aligned is not null) ? Values(pairs.SelectMany(p => p.Aligned!)) : null,
            SequentialKl = pairs.All(p => p.Divergence is not null) ? Values(pairs.SelectMany(p => p.Divergence!)) : null,
        };
    }
}
