using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// Sequences of one prompt that decode in step with each other, or the beams of one: a shared prompt cache, and a cache of their own for the
/// ending that their prompt has to itself, if any, and their new tokens.
/// </summary>
internal sealed class DecodeGroup : IDisposable
{
    private readonly long _offset;
    private readonly List<GeneratedSequence> _sequences;
    private readonly BeamSearch? _beams;

    internal DecodeGroup(PromptCache prompt, KeyValueCache own, long nextPosition, List<GeneratedSequence> sequences)
    {
        (Prompt, Own, _offset, _sequences) = (prompt, own, nextPosition - own.Length, sequences);
    }

    internal DecodeGroup(PromptCache prompt, KeyValueCache own, long nextPosition, BeamSearch beams)
        : this(prompt, own, nextPosition, []) => _beams = beams;

    /// <summary>The prompt's keys and values.</summary>
    internal PromptCache Prompt { get; }

    /// <summary>Keys and values of the ending and the new tokens, one row per sequence.</summary>
    internal KeyValueCache Own { get; }

    /// <summary>Sequences or beams that go on.</summary>
    internal int Rows => _beams is null ? _sequences.Count : _beams.IsDone ? 0 : _beams.Width;

    /// <summary>The position of the token that is fed next; the same for all.</summary>
    internal long Position => _offset + Own.Length;

    /// <summary>The token that a row is fed with next.</summary>
    internal int LastToken(int row) => _beams?.LastToken(row) ?? _sequences[row].Tokens[^1];

    /// <summary>Chooses the next token of every row and lets go of those that end.</summary>
    internal void Advance(ReadOnlySpan<float> logits, int vocabulary, TokenSampler sampler, ref float[] scratch)
    {
        long[] kept;
        var rows = Rows;
        if (_beams is not null)
        {
            kept = _beams.Advance(logits, vocabulary);
        }
        else
        {
            for (var row = 0; row < rows; row++)
            {
                _sequences[row].Advance(logits.Slice(row * vocabulary, vocabulary), sampler, ref scratch);
            }

            kept = [.. Enumerable.Range(0, rows).Where(row => _sequences[row].Finish is null).Select(row => (long)row)];
            _sequences.RemoveAll(sequence => sequence.Finish is not null);
        }

        if (Rows > 0 && !kept.SequenceEqual(Enumerable.Range(0, rows).Select(row => (long)row)))
        {
            Own.Keep(kept);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Prompt.Dispose();
        Own.Dispose();
    }
}
