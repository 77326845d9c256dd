using System.Runtime.InteropServices;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// Prompts that were computed, for those that begin alike: a tree whose nodes share memory where their prompts begin alike. What was asked least recently is freed
/// first when there is more than the budget allows. Where <see cref="Fused.HasKernels"/>, what follows a cached beginning gets the numbers that it gets alone, bit for
/// bit. For one thread at a time.
/// </summary>
/// <param name="budget">Bytes of keys and values to keep at most; 0 keeps nothing.</param>
public sealed class PrefixCache(long budget) : IDisposable
{
    /// <summary>Fewer tokens in common than this are computed again: keeping them apart costs more.</summary>
    internal const int Fewest = 8;

    private readonly LinkedList<PrefixNode> _nodes = []; // most recently used first

    /// <summary>Bytes that are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>Prompts that are kept.</summary>
    public int Count => _nodes.Count;

    /// <summary>Prompt tokens that did not have to be computed.</summary>
    public long ReusedTokens { get; private set; }

    /// <summary>Forgets everything, as after the weights have changed.</summary>
    public void Clear()
    {
        foreach (var node in _nodes)
        {
            node.Dispose();
        }

        _nodes.Clear();
        Bytes = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>The prompt that begins most like this one, and how many tokens they have in common; null when there are too few.</summary>
    internal (PrefixNode Node, int Length)? Match(ulong[] keys)
    {
        var (best, length) = ((LinkedListNode<PrefixNode>?)null, Fewest - 1);
        for (var at = _nodes.First; at is not null; at = at.Next)
        {
            var common = at.Value.Keys.AsSpan().CommonPrefixLength(keys);
            if (common > length || (common == length && best is not null && at.Value.Keys.Length == keys.Length && common == keys.Length))
            {
                (best, length) = (at, common);
            }
        }

        if (best is null)
        {
            return null;
        }

        if (best.Value.Parent is { } parent)
        {
            Touch(parent);
        }

        Touch(best.Value);
        return (best.Value, length);
    }

    internal void Reused(int tokens) => ReusedTokens += tokens;

    /// <summary>Keeps a prompt; it is the cache's to free.</summary>
    internal void Add(PrefixNode node)
    {
        if (node.Bytes > budget)
        {
            node.Dispose();
            return;
        }

        _nodes.AddFirst(node);
        for (Bytes += node.Bytes; Bytes > budget;)
        {
            Remove(_nodes.Last!.Value);
        }
    }

    /// <summary>Frees a prompt, and those that go on from it: they would keep its memory.</summary>
    private void Remove(PrefixNode node)
    {
        foreach (var gone in _nodes.Where(n => n == node || n.Parent == node).ToList())
        {
            _nodes.Remove(gone);
            Bytes -= gone.Bytes;
            gone.Dispose();
        }
    }

    private void Touch(PrefixNode node)
    {
        if (_nodes.Remove(node))
        {
            _nodes.AddFirst(node);
        }
    }

    /// <summary>Keys of tokens: two prompts begin alike as far as their keys are the same.</summary>
    internal static ulong[] KeysOf(IReadOnlyList<int> tokens, string? adapter)
    {
        var keys = new ulong[tokens.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (uint)tokens[i];
        }

        return Salted(keys, adapter);
    }

    /// <summary>The keys of one adapter's prompts differ from those of another's.</summary>
    internal static ulong[] Salted(ulong[] keys, string? adapter)
    {
        if (adapter is null || keys.Length == 0)
        {
            return keys;
        }

        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(adapter));
        return [keys[0] ^ MemoryMarshal.Read<ulong>(hash), .. keys.AsSpan(1)];
    }
}

/// <summary>A prompt in the cache: the beginning that it shares with others, and what follows.</summary>
/// <param name="parent">The prompt whose beginning it shares; null for one of its own.</param>
/// <param name="keys">Names of its tokens.</param>
/// <param name="beginning">Keys and values of the first tokens.</param>
/// <param name="rest">Those of the other tokens; null when there are none.</param>
/// <param name="nextPosition">The position of what follows.</param>
/// <param name="logits">What follows it.</param>
internal sealed class PrefixNode(PrefixNode? parent, ulong[] keys, PromptCache beginning, SequenceCache? rest, long nextPosition, float[] logits) : IDisposable
{
    internal PrefixNode? Parent => parent;

    internal ulong[] Keys => keys;

    internal PromptCache Beginning => beginning;

    internal SequenceCache? Rest => rest;

    internal long NextPosition => nextPosition;

    internal float[] Logits => logits;

    /// <summary>Bytes that it holds beside what it shares.</summary>
    internal long Bytes { get; } = (rest?.Bytes ?? beginning.Bytes) + (4L * logits.Length) + (8L * keys.Length);

    public void Dispose()
    {
        beginning.Dispose();
        rest?.Dispose();
    }
}
