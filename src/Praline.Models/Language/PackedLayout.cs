using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>
/// Several <see cref="SequenceTree"/>s one after the other in one stream of tokens, without padding. Every response sees its
/// prompt and itself; its positions go on where the prompt's end.
/// </summary>
public sealed class PackedLayout
{
    /// <summary>Lays the trees out in the given order.</summary>
    /// <exception cref="ArgumentException">A length is negative, or there is no token at all.</exception>
    public PackedLayout(params IReadOnlyList<SequenceTree> trees)
    {
        Trees = trees;
        var starts = new int[trees.Count];
        var total = 0;
        for (var i = 0; i < trees.Count; i++)
        {
            if (trees[i].PromptLength < 0 || trees[i].ResponseLengths.Any(length => length < 0))
            {
                throw new ArgumentException($"Tree {i} has a negative length: {trees[i]}.", nameof(trees));
            }

            starts[i] = total;
            total += trees[i].Length;
        }

        if (total == 0)
        {
            throw new ArgumentException("A packed stream needs at least one token.", nameof(trees));
        }

        TreeStarts = starts;
        Length = total;
    }

    /// <summary>The trees in order.</summary>
    public IReadOnlyList<SequenceTree> Trees { get; }

    /// <summary>Where each tree begins in the stream.</summary>
    public IReadOnlyList<int> TreeStarts { get; }

    /// <summary>Tokens of the whole stream.</summary>
    public int Length { get; }

    /// <summary>Where a response begins in the stream.</summary>
    public int ResponseStart(int tree, int response) => TreeStarts[tree] + Trees[tree].ResponseStart(response);

    /// <summary>The position of every token: 0… in each prompt, then on from the prompt's length in each of its responses.</summary>
    public long[] Positions()
    {
        var positions = new long[Length];
        var at = 0;
        foreach (var tree in Trees)
        {
            for (var i = 0; i < tree.PromptLength; i++)
            {
                positions[at++] = i;
            }

            foreach (var length in tree.ResponseLengths)
            {
                for (var i = 0; i < length; i++)
                {
                    positions[at++] = tree.PromptLength + i;
                }
            }
        }

        return positions;
    }

    /// <summary>The positions as a tensor Int64 [Length].</summary>
    public Tensor PositionIds(Device device) => Tensor.From<long>(Positions()).To(device);
}
