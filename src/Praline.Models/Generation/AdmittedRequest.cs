namespace Praline.Models.Generation;

/// <summary>A request whose prompt was prefilled: its sequences start together, or in parts when there is less room.</summary>
internal sealed class AdmittedRequest(
    int index, GenerationRequest request, PromptCache prompt, long nextPosition, float[] firstLogits, BeamSearch? beams)
{
    private readonly List<GeneratedSequence> _started = [];

    /// <summary>The request's number.</summary>
    internal int Index => index;

    /// <summary>The prompt's keys and values.</summary>
    internal PromptCache Prompt => prompt;

    /// <summary>The position of the first new token.</summary>
    internal long NextPosition => nextPosition;

    /// <summary>What follows the prompt, for every sequence.</summary>
    internal float[] FirstLogits => firstLogits;

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

    internal GenerationResult[] Results() => beams?.Results() ?? [.. _started.Select(sequence => sequence.Result())];
}
