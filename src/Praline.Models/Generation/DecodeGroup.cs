using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// Sequences of one request that decode in step with each other: one shared prompt cache and a cache of their own new tokens.
/// </summary>
internal sealed class DecodeGroup(PromptCache prompt, long nextPosition, int layers, List<GeneratedSequence> sequences) : IDisposable
{
    /// <summary>The prompt's keys and values.</summary>
    internal PromptCache Prompt => prompt;

    /// <summary>Keys and values of the new tokens, one row per sequence.</summary>
    internal KeyValueCache Own { get; } = new(layers);

    /// <summary>Those that go on.</summary>
    internal List<GeneratedSequence> Sequences => sequences;

    /// <summary>The position of the token that is fed next; the same for all.</summary>
    internal long Position => nextPosition + Own.Length;

    /// <summary>Lets go of the sequences that ended.</summary>
    internal void Compact()
    {
        var alive = Enumerable.Range(0, sequences.Count).Where(i => sequences[i].Finish is null).Select(i => (long)i).ToArray();
        if (alive.Length < sequences.Count)
        {
            sequences.RemoveAll(sequence => sequence.Finish is not null);
            if (alive.Length > 0)
            {
                Own.Keep(alive);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        prompt.Dispose();
        Own.Dispose();
    }
}
