using System.Diagnostics;
using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>What rows of a group go on from: a prompt that they share, and what each has to itself, from the rest of its prompt on.</summary>
internal sealed class DecodeStream(PromptCache prompt, SequenceCache own, long nextPosition) : IDisposable
{
    private readonly long _offset = nextPosition - own.Length;

    /// <summary>The prompt's keys and values.</summary>
    internal PromptCache Prompt => prompt;

    /// <summary>Keys and values of the rest and the new tokens, one row per sequence.</summary>
    internal SequenceCache Own => own;

    /// <summary>The position of the token that is fed next; the same for all.</summary>
    internal long Position => _offset + own.Length;

    /// <summary>Rows that go on from a prompt.</summary>
    internal static DecodeStream Over(PrefilledPrompt prompt, int rows, int layers) => new(
        prompt.Shared.Share(), prompt.Rest?.Copy(prompt.Rest.Length, rows) ?? new SequenceCache(layers), prompt.NextPosition);

    public void Dispose()
    {
        prompt.Dispose();
        own.Dispose();
    }
}

/// <summary>
/// Sequences of one request that decode in step with each other, or the beams of one: over its prompt, and with contrastive decoding over a second one, which is fed
/// the same tokens.
/// </summary>
internal sealed class DecodeGroup(OpenRequest request, DecodeStream[] streams, List<GeneratedSequence> sequences) : IDisposable
{
    /// <summary>The request.</summary>
    internal OpenRequest Request => request;

    /// <summary>One, or with a contrast two; each has a row for each sequence.</summary>
    internal IReadOnlyList<DecodeStream> Streams => streams;

    /// <summary>Sequences or beams that go on.</summary>
    internal int Sequences => request.Beams is not { } beams ? sequences.Count : beams.IsDone ? 0 : beams.Width;

    /// <summary>Rows that are computed.</summary>
    internal int Rows => Sequences * streams.Length;

    /// <summary>The token that a sequence is fed with next.</summary>
    internal int LastToken(int sequence) => request.Beams?.LastToken(sequence) ?? sequences[sequence].Tokens[^1];

    /// <summary>Chooses the next token of every sequence and lets go of those that end.</summary>
    /// <param name="logits">[Rows, vocabulary]</param>
    /// <param name="vocabulary">Numbers in a row.</param>
    /// <param name="sampler">Chooses.</param>
    /// <param name="scratch">Room for a row.</param>
    internal void Advance(ReadOnlySpan<float> logits, int vocabulary, TokenSampler sampler, ref float[] scratch)
    {
        var count = Sequences;
        if (request.Beams is { } beams)
        {
            var parents = beams.Advance(logits, vocabulary);
            if (Sequences > 0 && !parents.SequenceEqual(Enumerable.Range(0, count).Select(i => (long)i)))
            {
                streams[0].Own.Keep(parents);
            }

            return;
        }

        var ended = false;
        for (var i = 0; i < count; i++)
        {
            var contrast = streams.Length > 1 ? logits.Slice((count + i) * vocabulary, vocabulary) : default;
            ended |= !sequences[i].Advance(logits.Slice(i * vocabulary, vocabulary), contrast, sampler, ref scratch);
        }

        if (ended)
        {
            long[] kept = [.. Enumerable.Range(0, count).Where(i => sequences[i].Finish is null).Select(i => (long)i)];
            sequences.RemoveAll(sequence => sequence.Finish is not null);
            foreach (var stream in kept.Length > 0 ? streams : [])
            {
                stream.Own.Keep(kept);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stream in streams)
        {
            stream.Dispose();
        }
    }
}

/// <summary>A request from its coming until its sequences have ended.</summary>
internal sealed class OpenRequest(GenerationRequest request, Action<GenerationResult[]?, Exception?> done, Func<IReadOnlyList<int>, string>? decode)
    : IDisposable
{
    private readonly List<GeneratedSequence> _started = [];
    private readonly List<PrefilledPrompt> _prompts = [];
    private bool _beamsStarted;

    internal GenerationRequest Request => request;

    internal Action<GenerationResult[]?, Exception?> Done => done;

    /// <summary>The search, for a request with beams; it has no sequences of its own.</summary>
    internal BeamSearch? Beams { get; } = request.Options.NumBeams > 1 ? new BeamSearch(request, decode) : null;

    /// <summary>What went wrong with it.</summary>
    internal Exception? Error { get; set; }

    /// <summary>Sequences and beams that have begun.</summary>
    internal int Started => Beams is null ? _started.Count : _beamsStarted ? Beams.Width : 0;

    /// <summary>True once the prompts are computed.</summary>
    internal bool IsPrefilled => _prompts.Count > 0;

    /// <summary>True when no sequence waits.</summary>
    internal bool AllStarted => Error is not null || (IsPrefilled && (Beams is not null || _started.Count == request.Seeds.Count));

    /// <summary>True when every sequence has ended.</summary>
    internal bool IsFinished => Error is not null
        || (IsPrefilled && (Beams?.IsDone ?? (AllStarted && _started.TrueForAll(sequence => sequence.Finish is not null))));

    /// <summary>Rows that a sequence takes.</summary>
    internal int RowsEach => request.Contrast is null ? 1 : 2;

    /// <summary>How many rows have to start at once: all beams, both streams, and all that wait where that is asked for and can be.</summary>
    /// <param name="all">Sequences start together.</param>
    /// <param name="most">The most rows that ever decode together.</param>
    internal int Together(bool all, int most) =>
        Beams?.Width ?? (all ? Math.Min(most, (request.Seeds.Count - _started.Count) * RowsEach) : RowsEach);

    /// <summary>Computes the prompts.</summary>
    internal void Prefill(PromptPrefill prefill)
    {
        var rows = Beams?.Width ?? request.Seeds.Count;
        _prompts.Add(prefill.Compute(request.Prompt, request.Name, request.Adapter, rows));
        if (request.Contrast is { } contrast)
        {
            _prompts.Add(prefill.Compute(contrast.Prompt, $"{request.Name}, contrast", request.Adapter, rows));
        }

        var length = _prompts.Sum(p => p.Length);
        request.Prefilled?.Invoke(length, length - _prompts.Sum(p => p.Computed));
    }

    /// <summary>The next sequences, at most so many rows: their first tokens. Null when none goes on.</summary>
    internal DecodeGroup? Start(int room, int layers, TokenSampler sampler, ref float[] scratch)
    {
        if (Beams is { } beams)
        {
            _beamsStarted = true;
            beams.Advance(_prompts[0].Logits, _prompts[0].Logits.Length);
            return beams.IsDone ? null : new DecodeGroup(this, [DecodeStream.Over(_prompts[0], beams.Width, layers)], []);
        }

        var sequences = new List<GeneratedSequence>();
        var count = Math.Min(request.Seeds.Count - _started.Count, Math.Max(1, room / RowsEach));
        for (var i = 0; i < count; i++)
        {
            var sequence = new GeneratedSequence(request, _started.Count, decode);
            _started.Add(sequence);
            if (sequence.Advance(_prompts[0].Logits, _prompts.Count > 1 ? _prompts[1].Logits : default(ReadOnlySpan<float>), sampler, ref scratch))
            {
                sequences.Add(sequence);
            }
        }

        return sequences.Count == 0 ? null : new DecodeGroup(this, [.. _prompts.Select(p => DecodeStream.Over(p, sequences.Count, layers))], sequences);
    }

    /// <summary>Tells whoever asked.</summary>
    internal void Complete()
    {
        Dispose();
        if (Error is not null)
        {
            done(null, Error);
        }
        else
        {
            done(Beams?.Results() ?? [.. _started.Select(sequence => sequence.Result())], null);
        }
    }

    /// <summary>Lets go of the prompts, which groups of sequences that go on keep as long as they need them.</summary>
    public void Dispose()
    {
        _prompts.ForEach(prompt => prompt.Dispose());
        _prompts.Clear();
    }
}

/// <summary>
/// One new token per sequence: each attends to its prompt and to its own tokens. The prompt's keys serve all sequences of a group in one product and are never copied.
/// </summary>
internal sealed class DecodeAttention(LlamaConfig config, IReadOnlyList<DecodeStream> streams, IReadOnlyList<int> counts) : IAttention
{
    private readonly long[] _rows = [.. counts.Select(count => (long)count)];

    /// <summary>Time spent here.</summary>
    internal TimeSpan Time { get; private set; }

    /// <inheritdoc/>
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        var begun = Stopwatch.GetTimestamp();
        var count = streams.Count;
        var (promptKeys, promptValues, ownKeys, ownValues) = (new Tensor[count], new Tensor[count], new Tensor[count], new Tensor[count]);
        var lengths = new long[count];
        for (var i = 0; i < count; i++)
        {
            var stream = streams[i];
            lengths[i] = stream.Own.LengthOf(layer);
            (promptKeys[i], promptValues[i]) = stream.Prompt.Layer(layer);
            (ownKeys[i], ownValues[i]) = stream.Own.Extend(layer, 1, _rows[i], k.Size(1), k.Size(2), q.DType, q.Device);
        }

        var result = Fused.DecodeAttention(
            q, k, v, promptKeys, promptValues, ownKeys, ownValues, _rows, lengths, config.WindowOf(layer) ?? 0);
        Time += Stopwatch.GetElapsedTime(begun);
        return result;
    }
}
