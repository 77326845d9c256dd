using System.Diagnostics;
using System.Runtime.InteropServices;
using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// A batch that never has to run empty: sequences of all requests decode together, those that end leave, waiting ones take their places. The sequences of a request
/// decode over one prefill; what prompts begin with alike is computed once. What a sequence becomes depends on its request and seed, not on what decodes beside it,
/// where <see cref="Fused.HasKernels"/>. For one thread at a time.
/// </summary>
/// <param name="model">The language model.</param>
/// <param name="maxBatch">Rows that decode together at most; one request's beams always do.</param>
/// <param name="decode">Tokens to text; needed for stop strings.</param>
/// <param name="prefixes">Prompts that were computed before, and where new ones are kept; the caller's. Null: those of this batch alone, as long as it lives.</param>
public sealed class RunningBatch(
    LlamaModel model, int maxBatch = 64, Func<IReadOnlyList<int>, string>? decode = null, PrefixCache? prefixes = null) : IDisposable
{
    private const int SharedLogits = 1 << 20; // from here on choosing tokens is worth several threads
    private const int PrefillTokens = 512;    // prompt tokens after which sequences that decode get their turn

    private readonly List<DecodeGroup> _groups = [];
    private readonly List<OpenRequest> _open = [];
    private readonly Queue<OpenRequest> _waiting = [];
    private readonly PrefixCache? _own = prefixes is null ? new PrefixCache(long.MaxValue) : null;
    private readonly TokenSampler _sampler = new();

    // Where every group costs calls to the device: prompts are seen together, and a request's sequences start together.
    private readonly bool _joins = !Fused.HasKernels(model.Device, model.DType);
    private PromptPrefill? _prefill;
    private float[] _scratch = [];

    /// <summary>Puts the adapters of the next rows on the model; needed for requests that name one.</summary>
    public Action<IReadOnlyList<(string? Adapter, int Rows)>>? SelectAdapters { get; init; }

    /// <summary>Prompt tokens computed so far.</summary>
    public long PrefilledTokens => _prefill?.Tokens ?? 0;

    /// <summary>New tokens computed so far.</summary>
    public long DecodedTokens { get; private set; }

    /// <summary>Rows that decode now.</summary>
    public int Rows => _groups.Sum(group => group.Rows);

    /// <summary>Requests that have not begun to decode.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>True when there is nothing to do.</summary>
    public bool IsEmpty => _open.Count == 0;

    /// <summary>Where the time of decoding steps went.</summary>
    public DecodeTimes Times { get; private set; }

    /// <summary>Takes a request in; it begins when there is room.</summary>
    /// <param name="request">The request.</param>
    /// <param name="done">Called by <see cref="Step"/> with the sequences, or with what went wrong.</param>
    public void Add(GenerationRequest request, Action<GenerationResult[]?, Exception?> done)
    {
        try
        {
            request.Options.Validate();
            if (request.Options.StopStrings.Count > 0 && decode is null)
            {
                throw new PralineException($"{request.Name}: stop strings need a decoder; give the batch one (a tokenizer's Decode).");
            }

            if (request.Options.NumBeams > 1 && (request.Contrast is not null || request.Constraint is not null || request.Received is not null))
            {
                throw new PralineException($"{request.Name}: beam search can't be streamed, constrained or contrasted, its tokens are certain only in the end. Set NumBeams to 1.");
            }

            if (request.Adapter is not null && SelectAdapters is null)
            {
                throw new PralineException($"{request.Name}: the adapter {request.Adapter} was asked for, but there are none.");
            }

            var open = new OpenRequest(request, done, decode);
            _open.Add(open);
            _waiting.Enqueue(open);
        }
        catch (Exception error)
        {
            done(null, error);
        }
    }

    /// <summary>Fills the room there is with sequences of waiting requests, then one token more for every sequence; false when nothing is left to do.</summary>
    public bool Step()
    {
        using var noGrad = NoGrad.Begin();
        Drop(request => request.Request.Cancellation.IsCancellationRequested);
        Admit();
        Finish();
        if (_groups.Count > 0)
        {
            Decode();
            Finish();
        }

        return _open.Count > 0;
    }

    /// <summary>Gives up everything and returns what was under way or waited: requests and whom to tell.</summary>
    public IReadOnlyList<(GenerationRequest Request, Action<GenerationResult[]?, Exception?> Done)> TakeAll()
    {
        (GenerationRequest, Action<GenerationResult[]?, Exception?>)[] all = [.. _open.Select(o => (o.Request, o.Done))];
        Clear();
        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _own?.Dispose();
    }

    private void Clear()
    {
        _groups.ForEach(group => group.Dispose());
        _groups.Clear();
        _open.ForEach(request => request.Dispose());
        _open.Clear();
        _waiting.Clear();
    }

    private void Admit()
    {
        _prefill ??= new PromptPrefill(model, prefixes ?? _own!);
        var prompts = _joins ? _groups.SelectMany(group => group.Streams).Select(stream => stream.Prompt).ToHashSet() : null;
        var begun = _prefill.Tokens;
        while (_waiting.TryPeek(out var request) && Rows < maxBatch)
        {
            var room = maxBatch - Rows;
            var busy = _groups.Count > 0;
            if (busy && (request.Together(_joins, maxBatch) > room || (!_joins && !request.IsPrefilled && _prefill.Tokens - begun >= PrefillTokens)))
            {
                break;
            }

            try
            {
                using var scope = new TensorScope();
                SelectAdapters?.Invoke([(request.Request.Adapter, int.MaxValue)]);
                if (!request.IsPrefilled)
                {
                    request.Prefill(_prefill);
                }

                var started = request.Started;
                var begins = request.Start(room, model.Config.NumHiddenLayers, _sampler, ref _scratch);
                DecodedTokens += request.Started - started;
                if (begins is { } group)
                {
                    Enter(group);
                }
            }
            catch (Exception error)
            {
                request.Error = error;
            }

            if (request.AllStarted)
            {
                _waiting.Dequeue();
            }
        }

        if (prompts is not null && _groups.Exists(group => group.Streams.Any(stream => !prompts.Contains(stream.Prompt))))
        {
            PromptCache.Join([.. _groups.SelectMany(group => group.Streams).Select(stream => stream.Prompt).Distinct()]);
        }
    }

    /// <summary>Takes a group in beside those of the same prompt, which is then seen once, and of the same adapter.</summary>
    private void Enter(DecodeGroup group)
    {
        var last = _groups.FindLastIndex(other => other.Streams[0].Prompt == group.Streams[0].Prompt);
        last = last >= 0 ? last : _groups.FindLastIndex(other => other.Request.Request.Adapter == group.Request.Request.Adapter);
        _groups.Insert(last < 0 ? _groups.Count : last + 1, group);
    }

    private void Decode()
    {
        var begun = Stopwatch.GetTimestamp();
        using var rowByRow = RowByRow.Begin();
        using var scope = new TensorScope();
        var rows = Rows;
        var (tokens, positions) = (new long[rows], new long[rows]);
        var (streams, counts) = (new List<DecodeStream>(), new List<int>());
        var row = 0;
        foreach (var group in _groups)
        {
            foreach (var stream in group.Streams)
            {
                streams.Add(stream);
                counts.Add(group.Sequences);
                for (var i = 0; i < group.Sequences; i++)
                {
                    tokens[row] = group.LastToken(i);
                    positions[row++] = stream.Position;
                }
            }
        }

        SelectAdapters?.Invoke([.. _groups.Select(group => (group.Request.Request.Adapter, group.Rows))]);
        var attention = new DecodeAttention(model.Config, streams, counts);
        var embeds = model.Embed(Tensor.From<long>(tokens).To(model.Device));
        var hidden = model.ForwardTokens(embeds, Positions(positions), attention);
        var logits = LogitRow.ToHost(model.Logits(hidden)); // [rows, vocabulary]
        var computed = Stopwatch.GetTimestamp();
        DecodedTokens += _groups.Sum(group => group.Sequences);
        Advance(logits, (int)logits.Size(-1));
        Retire(group => group.Sequences == 0 || group.Request.Error is not null);
        Times += new DecodeTimes(1, rows, Stopwatch.GetElapsedTime(begun, computed) - attention.Time, attention.Time, Stopwatch.GetElapsedTime(computed));
    }

    /// <summary>Every group chooses its tokens; several groups at the same time, as nothing of one depends on the others.</summary>
    private void Advance(Tensor logits, int vocabulary)
    {
        var starts = new int[_groups.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + _groups[i - 1].Rows;
        }

        if (_groups.Count == 1 || logits.Numel < SharedLogits)
        {
            for (var i = 0; i < starts.Length; i++)
            {
                One(i, _sampler, ref _scratch);
            }

            return;
        }

        Parallel.For(0, starts.Length, () => (Sampler: new TokenSampler(), Scratch: Array.Empty<float>()), (i, _, own) =>
        {
            using var noGrad = NoGrad.Begin();
            One(i, own.Sampler, ref own.Scratch);
            return own;
        }, _ => { });

        void One(int i, TokenSampler sampler, ref float[] scratch)
        {
            try
            {
                var rows = MemoryMarshal.Cast<byte, float>(logits.Bytes()).Slice(starts[i] * vocabulary, _groups[i].Rows * vocabulary);
                _groups[i].Advance(rows, vocabulary, sampler, ref scratch);
            }
            catch (Exception error)
            {
                _groups[i].Request.Error = error;
            }
        }
    }

    private void Drop(Func<OpenRequest, bool> unwanted)
    {
        foreach (var request in _open.Where(request => request.Error is null && unwanted(request)))
        {
            request.Error = new OperationCanceledException(request.Request.Cancellation);
        }

        if (_open.Exists(request => request.Error is not null))
        {
            Retire(group => group.Request.Error is not null);
            var kept = _waiting.Where(request => request.Error is null).ToList();
            _waiting.Clear();
            kept.ForEach(_waiting.Enqueue);
        }
    }

    private void Finish()
    {
        foreach (var request in _open.Where(request => request.IsFinished).ToList())
        {
            _open.Remove(request);
            request.Complete();
        }
    }

    private void Retire(Func<DecodeGroup, bool> which)
    {
        foreach (var group in _groups.Where(which).ToList())
        {
            group.Dispose();
            _groups.Remove(group);
        }
    }

    private Tensor Positions(long[] positions)
    {
        var flat = Tensor.From<long>(positions).To(model.Device);
        return model.Config.RopeScaling?.MropeSection is null ? flat : flat.Unsqueeze(0).Expand(3, positions.Length);
    }
}

/// <summary>Where the time of decoding steps went.</summary>
/// <param name="Steps">Steps.</param>
/// <param name="Rows">Rows in all of them.</param>
/// <param name="Products">Matrix products, norms and all else of the model but attention.</param>
/// <param name="Attention">Attention to prompts and own tokens.</param>
/// <param name="Sampling">Choosing tokens, and finding where a text ends.</param>
public readonly record struct DecodeTimes(long Steps, long Rows, TimeSpan Products, TimeSpan Attention, TimeSpan Sampling)
{
    /// <summary>Both together.</summary>
    public static DecodeTimes operator +(DecodeTimes a, DecodeTimes b) =>
        new(a.Steps + b.Steps, a.Rows + b.Rows, a.Products + b.Products, a.Attention + b.Attention, a.Sampling + b.Sampling);
}
