using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>One pass over a series of requests: who decodes now, who waits, who is done.</summary>
internal sealed class GenerationRun(
    LlamaModel model, int maxBatch, Func<IReadOnlyList<int>, string>? decode, IEnumerable<GenerationRequest?> requests) : IDisposable
{
    private const int SharedLogits = 1 << 20; // from here on choosing tokens is worth several threads
    private readonly IEnumerator<GenerationRequest?> _requests = requests.GetEnumerator();
    private readonly List<DecodeGroup> _groups = [];
    private readonly List<AdmittedRequest> _open = [];
    private readonly Queue<AdmittedRequest> _waiting = [];
    private readonly PromptPrefill _prefill = new(model);
    private readonly TokenSampler _sampler = new();

    // Where every group costs calls to the device: prompts are seen together, and a request's sequences start together.
    private readonly bool _joins = !Fused.HasKernels(model.Device, model.DType);
    private float[] _scratch = [];
    private int _count;
    private bool _exhausted;

    /// <summary>Prompt tokens computed.</summary>
    internal long Prefilled => _prefill.Tokens;

    /// <summary>New tokens computed.</summary>
    internal long Decoded { get; private set; }

    /// <summary>The request that was admitted last.</summary>
    internal AdmittedRequest? Latest { get; private set; }

    /// <summary>Fills the room there is with sequences of waiting requests.</summary>
    internal void Admit()
    {
        var prompts = _groups.Select(group => group.Prompt).ToHashSet();
        for (var room = maxBatch - _groups.Sum(group => group.Rows); room > 0 && (_waiting.Count > 0 || TakeNext());)
        {
            var request = _waiting.Peek();
            if (_groups.Count > 0 && request.Together(_joins, maxBatch) > room)
            {
                break;
            }

            room -= request.Beams is { } beams ? Begin(request, beams) : Begin(request, request.Start(room, decode));
            if (request.AllStarted)
            {
                _waiting.Dequeue().Dispose();
            }
        }

        if (_joins && _groups.Exists(group => !prompts.Contains(group.Prompt)))
        {
            PromptCache.Join([.. _groups.Select(group => group.Prompt).Distinct()]);
        }
    }

    /// <summary>Requests all of whose sequences have ended since the last call.</summary>
    internal IEnumerable<(int Index, GenerationResult[] Sequences)> TakeFinished()
    {
        var finished = _open.GroupBy(request => request.Index).Where(endings => endings.All(request => request.IsFinished)).ToList();
        _open.RemoveAll(request => finished.Exists(endings => endings.Key == request.Index));
        return finished.Select(endings => (endings.Key, endings.SelectMany(request => request.Results()).ToArray()));
    }

    /// <summary>One token more for every sequence that decodes; false when nothing is left to do.</summary>
    internal bool Step()
    {
        if (_groups.Count == 0)
        {
            return _waiting.Count > 0 || !_exhausted;
        }

        using var noGrad = NoGrad.Begin();
        using var rowByRow = RowByRow.Begin();
        using var scope = new TensorScope();
        var tokens = new long[_groups.Sum(group => group.Rows)];
        var positions = new long[tokens.Length];
        var row = 0;
        foreach (var group in _groups)
        {
            for (var i = 0; i < group.Rows; i++)
            {
                tokens[row] = group.LastToken(i);
                positions[row++] = group.Position;
            }
        }

        var embeds = model.Embed(Tensor.From<long>(tokens).To(model.Device));
        var hidden = model.ForwardTokens(embeds, Positions(positions), new DecodeAttention(model.Config, _groups));
        var logits = LogitRow.ToHost(model.Logits(hidden));
        Advance(logits, (int)logits.Size(-1));
        Decoded += tokens.Length;
        Retire();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _requests.Dispose();
        foreach (var request in _waiting)
        {
            request.Dispose();
        }

        _groups.ForEach(group => group.Dispose());
        _groups.Clear();
    }

    /// <summary>The first tokens of all beams; returns how many go on.</summary>
    private int Begin(AdmittedRequest request, BeamSearch beams)
    {
        beams.Advance(request.Prompt.Logits, request.Prompt.Logits.Length);
        Decoded += beams.Width;
        if (beams.IsDone)
        {
            return 0;
        }

        Enter(request.Group(beams, model.Config.NumHiddenLayers));
        return beams.Width;
    }

    /// <summary>The first tokens of these sequences; returns how many go on.</summary>
    private int Begin(AdmittedRequest request, List<GeneratedSequence> sequences)
    {
        foreach (var sequence in sequences)
        {
            sequence.Advance(request.Prompt.Logits, _sampler, ref _scratch);
        }

        Decoded += sequences.Count;
        sequences.RemoveAll(sequence => sequence.Finish is not null);
        if (sequences.Count > 0)
        {
            Enter(request.Group(sequences, model.Config.NumHiddenLayers));
        }

        return sequences.Count;
    }

    /// <summary>Takes a group in beside those of the same prompt, which is then seen once.</summary>
    private void Enter(DecodeGroup group)
    {
        var last = _groups.FindLastIndex(other => other.Prompt == group.Prompt);
        _groups.Insert(last < 0 ? _groups.Count : last + 1, group);
    }

    /// <summary>Every group chooses its tokens; several groups at the same time, as nothing of one depends on the others.</summary>
    private void Advance(Tensor logits, int vocabulary)
    {
        ReadOnlySpan<float> RowsFrom(int first, int rows) =>
            MemoryMarshal.Cast<byte, float>(logits.Bytes()).Slice(first * vocabulary, rows * vocabulary);
        var starts = new int[_groups.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + _groups[i - 1].Rows;
        }

        if (_groups.Count == 1 || logits.Numel < SharedLogits)
        {
            for (var i = 0; i < starts.Length; i++)
            {
                _groups[i].Advance(RowsFrom(starts[i], _groups[i].Rows), vocabulary, _sampler, ref _scratch);
            }

            return;
        }

        try
        {
            Parallel.For(0, starts.Length, () => (Sampler: new TokenSampler(), Scratch: Array.Empty<float>()), (i, _, own) =>
            {
                using var noGrad = NoGrad.Begin();
                _groups[i].Advance(RowsFrom(starts[i], _groups[i].Rows), vocabulary, own.Sampler, ref own.Scratch);
                return own;
            }, _ => { });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    private void Retire()
    {
        foreach (var group in _groups.Where(group => group.Rows == 0).ToList())
        {
            group.Dispose();
            _groups.Remove(group);
        }
    }

    private bool TakeNext()
    {
        if (_exhausted || !_requests.MoveNext())
        {
            _exhausted = true;
            return false;
        }

        if (_requests.Current is not { } request)
        {
            return false; // none at the moment, more may come
        }

        var branches = request.Branches();
        foreach (var options in branches.Select(branch => branch.Options))
        {
            options.Validate();
            if (options.StopStrings.Count > 0 && decode is null)
            {
                throw new PralineException($"{request.Name}: stop strings need a decoder; give the TextGenerator one (a tokenizer's Decode).");
            }
        }

        var beams = branches.Select(branch => branch.Options.NumBeams > 1 ? new BeamSearch(branch, decode) : null).ToList();
        foreach (var (i, prompt) in _prefill.Compute(request).Index())
        {
            Latest = new AdmittedRequest(_count, branches[i], prompt, beams[i]);
            _waiting.Enqueue(Latest);
            _open.Add(Latest);
        }

        _count++;
        return true;
    }

    private Tensor Positions(long[] positions)
    {
        var flat = Tensor.From<long>(positions).To(model.Device);
        return model.Config.RopeScaling?.MropeSection is null ? flat : flat.Unsqueeze(0).Expand(3, positions.Length);
    }
}
