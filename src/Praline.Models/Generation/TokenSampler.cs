namespace Praline.Models.Generation;

/// <summary>
/// Chooses tokens from rows of logits. What a row gives depends on its numbers, the options and the random stream alone. Keeps
/// scratch memory: one instance per thread.
/// </summary>
public sealed class TokenSampler
{
    private const int FirstGuess = 64;
    private int[] _ids = [];
    private float[] _values = [];
    private double[] _weights = [];

    /// <summary>The likeliest token (the first of equals), or null when no logit is finite.</summary>
    public static int? Greedy(ReadOnlySpan<float> logits)
    {
        var max = LogitRow.Max(logits);
        return float.IsNegativeInfinity(max) ? null : logits.IndexOf(max);
    }

    /// <summary>A token drawn with one number of the stream, or null when no logit is finite.</summary>
    public int? Sample(ReadOnlySpan<float> logits, GenerationOptions options, ref RandomStream stream)
    {
        var uniform = stream.NextDouble();
        if (options is { TopK: 0, TopP: 1, MinP: 0 })
        {
            return Unfiltered(logits, options.Temperature, uniform);
        }

        var count = Filter(logits, options);
        for (var i = 0; i < count - 1; i++)
        {
            uniform -= _weights[i];
            if (uniform < 0)
            {
                return _ids[i];
            }
        }

        return count > 0 ? _ids[count - 1] : null;
    }

    /// <summary>
    /// The tokens that can be drawn, likeliest first, and their probabilities, which sum to 1; empty when no logit is finite.
    /// </summary>
    public (int[] Ids, double[] Probabilities) Distribution(ReadOnlySpan<float> logits, GenerationOptions options)
    {
        var count = Filter(logits, options);
        return (_ids[..count], _weights[..count]);
    }

    /// <summary>log softmax(logits)[token].</summary>
    public float LogProbability(ReadOnlySpan<float> logits, int token)
    {
        Reserve(logits.Length);
        var max = LogitRow.Max(logits);
        return (float)(logits[token] - max - Math.Log(LogitRow.Exponentials(logits, max, 1, _values)));
    }

    /// <summary>The likeliest tokens, likeliest first, and log softmax(logits) of each.</summary>
    internal (int Token, float LogProbability)[] Top(ReadOnlySpan<float> logits, int count)
    {
        Reserve(logits.Length);
        var max = LogitRow.Max(logits);
        var shift = max + Math.Log(LogitRow.Exponentials(logits, max, 1, _values));
        var found = LogitRow.Largest(logits, Math.Min(count, logits.Length), _ids, _values);
        var top = new (int, float)[found];
        for (var i = 0; i < found; i++)
        {
            top[i] = (_ids[i], (float)(_values[i] - shift));
        }

        return top;
    }

    private int? Unfiltered(ReadOnlySpan<float> logits, double temperature, double uniform)
    {
        Reserve(logits.Length);
        var max = LogitRow.Max(logits);
        if (float.IsNegativeInfinity(max))
        {
            return null;
        }

        var left = uniform * LogitRow.Exponentials(logits, max, temperature, _values);
        var last = 0;
        for (var id = 0; id < logits.Length; id++)
        {
            if (_values[id] > 0)
            {
                last = id;
                left -= _values[id];
                if (left < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    /// <summary>Leaves the kept tokens in _ids and their probabilities in _weights; returns how many there are.</summary>
    private int Filter(ReadOnlySpan<float> logits, GenerationOptions options)
    {
        Reserve(logits.Length);
        if (options.TopK > 0 && options.TopK < logits.Length)
        {
            var count = LogitRow.Largest(logits, options.TopK, _ids, _values);
            if (options.FilterOrder == FilterOrder.HuggingFace && count == options.TopK)
            {
                count = AddTies(logits, count);
            }

            return Finish(count, Weigh(count, options.Temperature), options);
        }

        // Without top-k the sum runs over all tokens, but only as many are sorted as the other filters need.
        var max = LogitRow.Max(logits);
        if (float.IsNegativeInfinity(max))
        {
            return 0;
        }

        var total = LogitRow.Exponentials(logits, max, options.Temperature, _values);
        for (var guess = FirstGuess; ; guess *= 8)
        {
            var count = LogitRow.Largest(logits, Math.Min(guess, logits.Length), _ids, _values);
            var sum = Weigh(count, options.Temperature);
            if (count < guess || (options.TopP < 1 && sum > options.TopP * total * 1.001) || _weights[count - 1] < options.MinP)
            {
                return Finish(count, count < guess ? sum : total, options);
            }
        }
    }

    private int AddTies(ReadOnlySpan<float> logits, int count)
    {
        var last = _values[count - 1]; // equal logits are ordered by id: what is left of them comes after the last kept one
        for (var id = _ids[count - 1] + 1; id < logits.Length; id++)
        {
            if (logits[id] == last)
            {
                (_ids[count], _values[count]) = (id, last);
                count++;
            }
        }

        return count;
    }

    /// <summary>Weights relative to the likeliest token; returns their sum.</summary>
    private double Weigh(int count, double temperature)
    {
        double sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += _weights[i] = Math.Exp((_values[i] - _values[0]) / temperature);
        }

        return sum;
    }

    private int Finish(int count, double total, GenerationOptions options)
    {
        double before = 0;
        var kept = 0;
        while (kept < count && _weights[kept] >= options.MinP)
        {
            // The token that crosses the limit stays; the two libraries differ in what reaching it exactly means.
            var reached = options.FilterOrder == FilterOrder.Paper ? before > options.TopP * total : before >= options.TopP * total;
            if (kept > 0 && options.TopP < 1 && reached)
            {
                break;
            }

            before += _weights[kept++];
        }

        for (var i = 0; i < kept; i++)
        {
            _weights[i] /= before;
        }

        return kept;
    }

    private void Reserve(int vocabulary)
    {
        if (_ids.Length < vocabulary)
        {
            _ids = new int[vocabulary];
            _values = new float[vocabulary];
            _weights = new double[vocabulary];
        }
    }
}
