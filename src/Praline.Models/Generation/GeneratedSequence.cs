namespace Praline.Models.Generation;

/// <summary>A sequence that grows: its tokens, its random stream, and whether it has ended.</summary>
internal sealed class GeneratedSequence(GenerationRequest request, ulong seed, Func<IReadOnlyList<int>, string>? decode)
{
    private readonly GenerationOptions _options = request.Options;
    private readonly HashSet<int>? _seen =
        request.Options.RepetitionPenalty == 1 ? null : [.. request.PromptTokenIds ?? []];

    private RandomStream _stream = new(seed);

    /// <summary>The new tokens so far.</summary>
    internal List<int> Tokens { get; } = [];

    /// <summary>Their log-probabilities, on request.</summary>
    internal List<float> LogProbabilities { get; } = [];

    /// <summary>Why it ended; null while it goes on.</summary>
    internal FinishReason? Finish { get; private set; }

    /// <summary>Chooses the next token from a row of logits and says whether the sequence goes on.</summary>
    /// <exception cref="PralineException">No logit is finite and there is no end token to end with.</exception>
    internal bool Advance(ReadOnlySpan<float> logits, TokenSampler sampler, ref float[] scratch)
    {
        var adjusted = Adjust(logits, ref scratch);
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
        if (_options.LogProbabilities)
        {
            LogProbabilities.Add(sampler.LogProbability(logits, token));
        }

        Finish = _options.EosTokenIds.Contains(token) ? FinishReason.EndToken
            : StopStrings.EndsHere(Tokens, _options.StopStrings, decode) ? FinishReason.StopString
            : Tokens.Count >= _options.MaxNewTokens ? FinishReason.MaxTokens
            : null;
        return Finish is null;
    }

    internal GenerationResult Result() =>
        new([.. Tokens], Finish!.Value, _options.LogProbabilities ? [.. LogProbabilities] : null);

    private ReadOnlySpan<float> Adjust(ReadOnlySpan<float> logits, ref float[] scratch)
    {
        var early = Tokens.Count < _options.MinNewTokens;
        if (_seen is not { Count: > 0 } && !early)
        {
            return logits;
        }

        if (scratch.Length < logits.Length)
        {
            scratch = new float[logits.Length];
        }

        var row = scratch.AsSpan(0, logits.Length);
        logits.CopyTo(row);
        foreach (var token in _seen ?? [])
        {
            var penalty = (float)_options.RepetitionPenalty;
            row[token] = row[token] < 0 ? row[token] * penalty : row[token] / penalty;
        }

        if (early)
        {
            foreach (var end in _options.EosTokenIds)
            {
                row[end] = float.NegativeInfinity;
            }
        }

        return row;
    }
}
