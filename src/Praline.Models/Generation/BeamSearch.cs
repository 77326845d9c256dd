namespace Praline.Models.Generation;

/// <summary>
/// Beam search as transformers does it: in every step the likeliest continuations of all beams together go on; one that ends becomes a
/// hypothesis with the score Σ log π / length^penalty. Penalties on repetition act on log-probabilities here.
/// </summary>
internal sealed class BeamSearch
{
    /// <summary>The sum that beams start with but for the first: all begin with the same prompt, and it should count once.</summary>
    private const float NotStarted = -1e9f;

    private readonly GenerationRequest _request;
    private readonly GenerationOptions _options;
    private readonly Func<IReadOnlyList<int>, string>? _decode;
    private readonly List<(Beam Beam, FinishReason Reason, double Score)> _ended = [];
    private Beam[] _beams;

    internal BeamSearch(GenerationRequest request, Func<IReadOnlyList<int>, string>? decode)
    {
        (_request, _options, _decode) = (request, request.Options, decode);
        _beams = [.. Enumerable.Range(0, Width).Select(i => new Beam([], [], i == 0 ? 0 : NotStarted))];
        if (request.Seeds.Count > Width)
        {
            throw new PralineException(
                $"{request.Name}: {Width} beams give at most as many texts, {request.Seeds.Count} were asked for. Raise NumBeams or ask for fewer.");
        }
    }

    /// <summary>Beams; all of them decode in every step.</summary>
    internal int Width => _options.NumBeams;

    /// <summary>True when no better hypothesis can come, or there is no room for another token.</summary>
    internal bool IsDone { get; private set; }

    /// <summary>The token that a beam is fed with next.</summary>
    internal int LastToken(int beam) => _beams[beam].Tokens[^1];

    /// <summary>Goes on by one token.</summary>
    /// <param name="logits">A row for each beam, or one row for all of them.</param>
    /// <param name="vocabulary">Numbers in a row.</param>
    /// <returns>For each beam the one that it continues.</returns>
    /// <exception cref="PralineException">No logit is finite.</exception>
    internal long[] Advance(ReadOnlySpan<float> logits, int vocabulary)
    {
        var candidates = new BeamCandidates(Math.Max(2, 1 + _options.EosTokenIds.Count) * Width);
        var (own, adjusted) = (new float[Width][], new float[vocabulary]);
        for (var beam = 0; beam < Width; beam++)
        {
            var row = logits.Length == vocabulary ? logits : logits.Slice(beam * vocabulary, vocabulary);
            own[beam] = LogProbabilities(row);
            own[beam].CopyTo(adjusted, 0);
            Adjust(adjusted, _beams[beam]);
            for (var token = 0; token < vocabulary; token++)
            {
                candidates.Offer(adjusted[token] + _beams[beam].Sum, beam, token);
            }
        }

        var (next, parents) = (new List<Beam>(), new List<long>());
        var rank = 0;
        foreach (var (score, beam, token) in candidates.Best)
        {
            var from = _beams[beam];
            var grown = new Beam([.. from.Tokens, token], [.. from.LogProbabilities, own[beam][token]], score);
            if (Ends(grown) is { } reason)
            {
                if (rank < Width)
                {
                    Keep(grown, reason);
                }
            }
            else
            {
                next.Add(grown);
                parents.Add(beam);
                if (next.Count == Width)
                {
                    break;
                }
            }

            rank++;
        }

        Finish(next, candidates.Best[0].Score);
        _beams = [.. next];
        return [.. parents];
    }

    /// <summary>The best hypotheses, as many as seeds were given.</summary>
    internal GenerationResult[] Results() =>
    [
        .. _ended.OrderByDescending(ended => ended.Score).Take(_request.Seeds.Count)
            .Select(ended => new GenerationResult(ended.Beam.Tokens, ended.Reason, _options.LogProbabilities ? ended.Beam.LogProbabilities : null)),
    ];

    private void Finish(List<Beam> next, float best)
    {
        if (_ended.Count >= Width
            && (_options.EarlyStopping || _ended.Min(ended => ended.Score) >= Score(best, next.Count > 0 ? next[0].Tokens.Length : _beams[0].Tokens.Length + 1)))
        {
            IsDone = true;
        }
        else if (next.Count < Width || next[0].Tokens.Length >= _options.MaxNewTokens)
        {
            next.ForEach(beam => Keep(beam, FinishReason.MaxTokens));
            IsDone = true;
        }
    }

    private void Keep(Beam beam, FinishReason reason)
    {
        var score = Score(beam.Sum, beam.Tokens.Length);
        if (_ended.Count < Width || score > _ended.Min(ended => ended.Score))
        {
            _ended.Add((beam, reason, score));
            if (_ended.Count > Width)
            {
                _ended.Remove(_ended.MinBy(ended => ended.Score));
            }
        }
    }

    private double Score(float sum, int length) => sum / Math.Pow(length, _options.LengthPenalty);

    private FinishReason? Ends(Beam beam)
    {
        if (_options.EosTokenIds.Contains(beam.Tokens[^1]))
        {
            return FinishReason.EndToken;
        }

        return StopStrings.EndsHere(beam.Tokens, _options.StopStrings, _decode) ? FinishReason.StopString : null;
    }

    private float[] LogProbabilities(ReadOnlySpan<float> logits)
    {
        LogitRow.RequireNumbers(logits);
        var max = LogitRow.Max(logits);
        if (float.IsNegativeInfinity(max))
        {
            throw new PralineException(
                $"{_request.Name}: no logit is finite. Are the weights damaged, or is 16 bits too narrow for this model?");
        }

        var result = new float[logits.Length];
        var shift = max + Math.Log(LogitRow.Exponentials(logits, max, 1, result));
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = float.IsFinite(logits[i]) ? (float)(logits[i] - shift) : float.NegativeInfinity;
        }

        return result;
    }

    private void Adjust(float[] row, Beam beam)
    {
        if (_options.RepetitionPenalty != 1)
        {
            foreach (var token in (_request.Prompt.TokenIds ?? []).Concat(beam.Tokens).Distinct())
            {
                row[token] *= (float)_options.RepetitionPenalty; // log-probabilities are never positive
            }
        }

        if (beam.Tokens.Length < _options.MinNewTokens)
        {
            foreach (var end in _options.EosTokenIds)
            {
                row[end] = float.NegativeInfinity;
            }
        }
    }

    private sealed record Beam(int[] Tokens, float[] LogProbabilities, float Sum);
}
