using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// Generates continuations of prompts. The N sequences of a request decode over one shared prefill, be its prompt one or several that begin
/// alike (<see cref="GenerationRequest.Endings"/>); sequences of several requests decode together, and when some end, waiting ones take their
/// places. What a sequence becomes depends on its request and seed, not on what decodes beside it.
/// </summary>
/// <param name="model">The language model.</param>
/// <param name="maxBatch">Sequences (and beams) that decode together at most; one request's beams always do.</param>
/// <param name="decode">Tokens to text; needed for stop strings and for streams of text.</param>
public sealed partial class TextGenerator(LlamaModel model, int maxBatch = 64, Func<IReadOnlyList<int>, string>? decode = null)
{
    /// <summary>Prompt tokens computed so far, for rates.</summary>
    public long PrefilledTokens { get; private set; }

    /// <summary>New tokens computed so far, for rates.</summary>
    public long DecodedTokens { get; private set; }

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
    /// room to decode them, so there may be any number of them; a null says that there is none at the moment, and what decodes goes on.
    /// </summary>
    public IEnumerable<(int Index, GenerationResult[] Sequences)> GenerateAsCompleted(
        IEnumerable<GenerationRequest?> requests, CancellationToken cancellation = default)
    {
        using var run = new GenerationRun(model, maxBatch, decode, requests);
        for (var more = true; more;)
        {
            cancellation.ThrowIfCancellationRequested();
            Count(run, () =>
            {
                run.Admit();
                more = run.Step();
            });
            foreach (var finished in run.TakeFinished())
            {
                yield return finished;
            }
        }
    }

    private void Count(GenerationRun run, Action action)
    {
        var (prefilled, decoded) = (run.Prefilled, run.Decoded);
        action();
        PrefilledTokens += run.Prefilled - prefilled;
        DecodedTokens += run.Decoded - decoded;
    }
}
