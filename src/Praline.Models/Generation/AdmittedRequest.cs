namespace Praline.Models.Generation;

/// <summary>
/// A request, or one ending of a request, whose prompt was prefilled: its sequences start together, or in parts when there is less room.
/// </summary>
internal sealed class AdmittedRequest(int index, GenerationRequest request, PrefilledPrompt prompt, BeamSearch? beams) : IDisposable
{
    private readonly List<GeneratedSequence> _started = [];

    /// <summary>The request's number; that of all its endings.</summary>
    internal int Index => index;

    /// <summary>What was computed of the prompt.</summary>
    internal PrefilledPrompt Prompt => prompt;

    /// <summary>The search, for a request with beams; it has no sequences of its own.</summary>
    internal BeamSearch? Beams => beams;

    /// <summary>Those that were started, in the order of their seeds.</summary>
    internal IReadOnlyList<GeneratedSequence> Sequences => _started;

    /// <summary>True when no sequence waits.</summary>
    internal bool AllStarted => beams is not null || _started.Count == request.Seeds.Count;

    /// <summary>True when every sequence has ended.</summary>
    internal bool IsFinished => beams?.IsDone ?? (AllStarted && _started.TrueForAll(sequence => sequence.Finish is not null));

    /// <summary>How many sequences have to start at once, if anything decodes already: all beams, and all that wait where that is asked for and can be.</summary>
    /// <param name="all">Sequences start together.</param>
    /// <param name="most">The most that ever decode together.</param>
    internal int Together(bool all, int most) => beams?.Width ?? (all ? Math.Min(most, request.Seeds.Count - _started.Count) : 1);

    /// <summary>The next sequences, at most so many.</summary>
    internal List<GeneratedSequence> Start(int room, Func<IReadOnlyList<int>, string>? decode)
    {
        var sequences = request.Seeds.Skip(_started.Count).Take(room).Select(seed => new GeneratedSequence(request, seed, decode)).ToList();
        _started.AddRange(sequences);
        return sequences;
    }

    /// <summary>A group of these sequences over the prompt.</summary>
    internal DecodeGroup Group(List<GeneratedSequence> sequences, int layers) =>
        new(prompt.Shared.Share(), prompt.Ending?.Repeat(sequences.Count) ?? new KeyValueCache(layers), prompt.NextPosition, sequences);

    /// <summary>A group of the beams.</summary>
    internal DecodeGroup Group(BeamSearch search, int layers) =>
        new(prompt.Shared.Share(), prompt.Ending?.Repeat(search.Width) ?? new KeyValueCache(layers), prompt.NextPosition, search);

    /// <summary>All sequences, in the order of their seeds.</summary>
    internal GenerationResult[] Results() => beams?.Results() ?? [.. _started.Select(sequence => sequence.Result())];

    /// <summary>Lets go of the prompt, which groups of sequences that go on keep as long as they need it.</summary>
    public void Dispose() => prompt.Dispose();
}
