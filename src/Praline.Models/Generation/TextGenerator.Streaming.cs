using System.Runtime.CompilerServices;
using Praline.Text.Tokenizers;

namespace Praline.Models.Generation;

/// <summary>Tokens and text as they come.</summary>
public sealed partial class TextGenerator
{
    /// <summary>
    /// The tokens of a request's sequences as they are decoded, in turn; each sequence's are those of <see cref="Generate(GenerationRequest,
    /// CancellationToken)"/>. Decoding goes on only while the enumeration does, on the thread pool.
    /// </summary>
    /// <exception cref="PralineException">An option is out of range, the prompt does not fit, or beams or several endings were asked for.</exception>
    public async IAsyncEnumerable<GeneratedToken> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (request.Options.NumBeams > 1)
        {
            throw new PralineException($"{request.Name}: beam search can't be streamed, its tokens are certain only in the end. Set NumBeams to 1.");
        }

        if (request.Endings.Count > 0)
        {
            throw new PralineException($"{request.Name}: a stream is of one prompt, found {request.Endings.Count} endings. Stream each prompt by itself.");
        }

        using var run = new GenerationRun(model, maxBatch, decode, [request]);
        var given = new int[request.Seeds.Count];
        for (var more = true; more;)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Run(() => Count(run, run.Admit), cancellation);
            foreach (var token in Fresh(run, given))
            {
                yield return token;
            }

            await Task.Run(() => Count(run, () => more = run.Step()), cancellation);
            foreach (var token in Fresh(run, given))
            {
                yield return token;
            }
        }
    }

    /// <summary>The text of a request with one seed as it is decoded: pieces that put together are the whole, without special tokens.</summary>
    /// <exception cref="PralineException">As <see cref="StreamAsync"/>, or there are several seeds.</exception>
    public async IAsyncEnumerable<string> StreamTextAsync(
        GenerationRequest request, Tokenizer tokenizer, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (request.Seeds.Count != 1)
        {
            throw new PralineException($"{request.Name}: text is streamed of one sequence, found {request.Seeds.Count} seeds. Use StreamAsync.");
        }

        var decoder = new StreamingDecoder(tokenizer);
        await foreach (var token in StreamAsync(request, cancellation))
        {
            if (token.Finish != FinishReason.EndToken && decoder.Add(token.TokenId) is { Length: > 0 } text)
            {
                yield return text;
            }
        }

        if (decoder.Finish() is { Length: > 0 } rest)
        {
            yield return rest;
        }
    }

    private static IEnumerable<GeneratedToken> Fresh(GenerationRun run, int[] given)
    {
        var sequences = run.Latest?.Sequences ?? [];
        for (var i = 0; i < sequences.Count; i++)
        {
            for (var sequence = sequences[i]; given[i] < sequence.Tokens.Count; given[i]++)
            {
                var last = given[i] == sequence.Tokens.Count - 1;
                yield return new GeneratedToken(
                    i, sequence.Tokens[given[i]],
                    sequence.LogProbabilities.Count > 0 ? sequence.LogProbabilities[given[i]] : null,
                    last ? sequence.Finish : null);
            }
        }
    }
}
