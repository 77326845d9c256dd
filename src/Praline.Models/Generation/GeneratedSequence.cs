namespace Praline.Models.Generation;

/// <summary>A sequence that grows: its tokens, its random stream, and whether it has ended.</summary>
/// <param name="request">What it belongs to.</param>
/// <param name="index">Its number in the request.</param>
/// <param name="decode">Tokens to text, for stop strings.</param>
internal sealed class GeneratedSequence(GenerationRequest request, int index, Func<IReadOnlyList<int>, string>? decode)
{
    private readonly GenerationOptions _options = request.Options;
    private readonly ITokenConstraint? _constraint = request.Constraint?.Invoke();
    private readonly HashSet<int>? _seen =
        request.Options.RepetitionPenalty == 1 ? null : [.. request.Prompt.TokenIds ?? []];

    private readonly Dictionary<int, int>? _counts =
        request.Options is { PresencePenalty: 0, FrequencyPenalty: 0 } ? null : [];

    private RandomStream _stream = new(request.Seeds[index]);

    /// <summary>The new tokens so far.</summary>
    internal List<int> Tokens { get; } = [];

    /// <summary>Their log-probabilities, on request.</summary>
    internal List<float> LogProbabilities { get; } = [];

    /// <summary>Why it ended; null while it goes on.</summary>
    internal FinishReason? Finish { get; private set; }

    /// <summary>Chooses the next token from a row of logits and says whether the sequence goes on.</summary>
    /// <param name="logits">The model's own.</param>
    /// <param name="contrast">Those after the second prompt; empty without one.</param>
    /// <param name="sampler">Chooses.</param>
    /// <param name="scratch">Room for a row.</param>
    /// <exception cref="PralineException">No logit is finite and there is no end token to end with.</exception>
    internal bool Advance(ReadOnlySpan<float> logits, ReadOnlySpan<float> contrast, TokenSampler sampler, ref float[] scratch)
    {
        LogitRow.RequireNumbers(logits);
        var adjusted = Adjust(logits, contrast, ref scratch);
        var chosen = _options.DoSample ? sampler.Sample(adjusted, _options, ref _stream) : TokenSampler.Greedy(adjusted);
        if (chosen is not { } token)
        {
            token = _options.EosTokenIds.Count > 0
                ? _options.EosTokenIds[0]
                : throw new PralineException(
                    $"{request.Name}: no logit of token {Tokens.Count + 1} is finite. Are the weights damaged, or is 16 bits too narrow for this model?");
        }

        Tokens.Add(token);
        _seen?.Add(token);
        _constraint?.Accept(token);
        if (_counts is not null)
        {
            _counts[token] = _counts.GetValueOrDefault(token) + 1;
        }

        float? logProbability = null;
        IReadOnlyList<(int, float)>? top = null;
        if (_options.LogProbabilities)
        {
            logProbability = sampler.LogProbability(logits, token);
            LogProbabilities.Add(logProbability.Value);
            top = _options.TopLogProbabilities > 0 ? sampler.Top(logits, _options.TopLogProbabilities) : null;
        }

        Finish = _options.EosTokenIds.Contains(token) ? FinishReason.EndToken
            : StopStrings.EndsHere(Tokens, _options.StopStrings, decode) ? FinishReason.StopString
            : Tokens.Count >= _options.MaxNewTokens ? FinishReason.MaxTokens
            : null;
        request.Received?.Invoke(new GeneratedToken(index, token, logProbability, Finish, top));
        return Finish is null;
    }

    internal GenerationResult Result() =>
        new([.. Tokens], Finish!.Value, _options.LogProbabilities ? [.. LogProbabilities] : null);

    private ReadOnlySpan<float> Adjust(ReadOnlySpan<float> logits, ReadOnlySpan<float> contrast, ref float[] scratch)
    {
        var early = Tokens.Count < _options.MinNewTokens;
        if (_seen is not { Count: > 0 } && _counts is not { Count: > 0 } && _options.LogitBias.Count == 0 && _constraint is null && contrast.IsEmpty && !early)
        {
            return logits;
        }

        if (scratch.Length < logits.Length)
        {
            scratch = new float[logits.Length];
        }

        var row = scratch.AsSpan(0, logits.Length);
        if (contrast.IsEmpty)
        {
            logits.CopyTo(row);
        }
        else
        {
            Contrast.Combine(logits, contrast, request.Contrast!.Alpha, row);
        }

        foreach (var token in _seen ?? [])
        {
            var penalty = (float)_options.RepetitionPenalty;
            row[token] = row[token] < 0 ? row[token] * penalty : row[token] / penalty;
        }

        foreach (var (token, count) in _counts ?? [])
        {
            row[token] -= (float)(_options.PresencePenalty + (count * _options.FrequencyPenalty));
        }

        foreach (var (token, bias) in _options.LogitBias)
        {
            if ((uint)token < (uint)row.Length)
            {
                row[token] += bias;
            }
        }

        if (early)
        {
            foreach (var end in _options.EosTokenIds)
            {
                row[end] = float.NegativeInfinity;
            }
        }

        _constraint?.Mask(row);
        return row;
    }
}
