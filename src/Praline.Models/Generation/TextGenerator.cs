using System.Runtime.CompilerServices;
using Praline.Models.Language;
using Praline.Text.Tokenizers;

namespace Praline.Models.Generation;

/// <summary>
/// Generates continuations of prompts: a <see cref="RunningBatch"/> for requests that are known beforehand. For a server of requests that come and go see
/// <c>Praline.Inference.ModelServer</c>.
/// </summary>
/// <param name="model">The language model.</param>
/// <param name="maxBatch">Sequences (and beams) that decode together at most; one request's beams always do.</param>
/// <param name="decode">Tokens to text; needed for stop strings.</param>
public sealed class TextGenerator(LlamaModel model, int maxBatch = 64, Func<IReadOnlyList<int>, string>? decode = null)
{
    /// <summary>Prompt tokens computed so far, for rates.</summary>
    public long PrefilledTokens { get; private set; }

    /// <summary>New tokens computed so far, for rates.</summary>
    public long DecodedTokens { get; private set; }

    /// <summary>Where the time of decoding steps went.</summary>
    public DecodeTimes Times { get; private set; }

    /// <summary>All sequences of one request, in the order of its seeds.</summary>
    /// <exception cref="PralineException">An option is out of range, or the prompt is empty or does not fit the model.</exception>
    public GenerationResult[] Generate(GenerationRequest request, CancellationToken cancellation = default) =>
        Generate([request], cancellation)[0];

    /// <summary>All sequences of all requests, in the requests' and their seeds' order.</summary>
    /// <exception cref="PralineException">An option is out of range, or a prompt is empty or does not fit the model.</exception>
    public GenerationResult[][] Generate(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellation = default)
    {
        var results = new GenerationResult[requests.Count][];
        foreach (var (index, sequences) in GenerateAsCompleted(requests, cancellation))
        {
            results[index] = sequences;
        }

        return results;
    }

    /// <summary>
    /// The same as they finish: a request's number and its sequences. Requests are taken from the enumeration only when there is
    /// room to decode them, so there may be any number of them.
    /// </summary>
    public IEnumerable<(int Index, GenerationResult[] Sequences)> GenerateAsCompleted(
        IEnumerable<GenerationRequest> requests, CancellationToken cancellation = default)
    {
        using var batch = new RunningBatch(model, maxBatch, decode);
        using var waiting = requests.GetEnumerator();
        var finished = new Queue<(int, GenerationResult[])>();
        var (count, more) = (0, true);
        while (true)
        {
            while (more && batch.Waiting == 0 && batch.Rows < maxBatch && (more = waiting.MoveNext()))
            {
                var index = count++;
                batch.Add(waiting.Current, (results, error) =>
                {
                    if (error is not null)
                    {
                        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
                    }

                    finished.Enqueue((index, results!));
                });
            }

            cancellation.ThrowIfCancellationRequested();
            var (prefilled, decoded, times) = (batch.PrefilledTokens, batch.DecodedTokens, batch.Times);
            var working = batch.Step();
            PrefilledTokens += batch.PrefilledTokens - prefilled;
            DecodedTokens += batch.DecodedTokens - decoded;
            Times += new DecodeTimes(
                batch.Times.Steps - times.Steps, batch.Times.Rows - times.Rows, batch.Times.Products - times.Products,
                batch.Times.Attention - times.Attention, batch.Times.Sampling - times.Sampling);
            while (finished.TryDequeue(out var done))
            {
                yield return done;
            }

            if (!working && !more)
            {
                yield break;
            }
        }
    }

    /// <summary>
    /// The tokens of a request's sequences as they are decoded, in turn; each sequence's are those of <see cref="Generate(GenerationRequest,
    /// CancellationToken)"/>. Decoding goes on only while the enumeration does, on the thread pool.
    /// </summary>
    /// <exception cref="PralineException">An option is out of range, the prompt does not fit, or beams were asked for.</exception>
    public async IAsyncEnumerable<GeneratedToken> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var tokens = new Queue<GeneratedToken>();
        using var batch = new RunningBatch(model, maxBatch, decode);
        Exception? failed = null;
        batch.Add(request with { Received = tokens.Enqueue }, (_, error) => failed = error);
        for (var more = true; more;)
        {
            cancellation.ThrowIfCancellationRequested();
            var (prefilled, decoded) = (batch.PrefilledTokens, batch.DecodedTokens);
            more = await Task.Run(batch.Step, cancellation);
            PrefilledTokens += batch.PrefilledTokens - prefilled;
            DecodedTokens += batch.DecodedTokens - decoded;
            while (tokens.TryDequeue(out var token))
            {
                yield return token;
            }
        }

        if (failed is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed);
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
}
