using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>
/// Computes prompts. What a prompt has in common with one in the cache is not computed again; on the CPU in single and double precision the rest gets the numbers, bit
/// for bit, that it gets when the whole prompt is computed at once.
/// </summary>
/// <param name="model">The language model.</param>
/// <param name="cache">Prompts that were computed before.</param>
internal sealed class PromptPrefill(LlamaModel model, PrefixCache cache)
{
    /// <summary>Tokens computed.</summary>
    internal long Tokens { get; private set; }

    /// <summary>Computes a prompt; the caller disposes it.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="adapter">The adapter that is on the model.</param>
    /// <param name="rows">Sequences that will go on from it.</param>
    /// <exception cref="PralineException">The prompt is empty or is no embedding of the model's.</exception>
    internal PrefilledPrompt Compute(GenerationPrompt prompt, string name, string? adapter, int rows)
    {
        using var noGrad = NoGrad.Begin();
        using var scope = new TensorScope();
        var keys = model.Config.RopeScaling is { Type: "dynamic" } ? null : prompt.KeysWith(adapter);
        if (keys is null || cache.Match(keys) is not var (node, common))
        {
            return Compute(null, 0, prompt, keys, name, rows);
        }

        if (common < keys.Length || node.Keys.Length != keys.Length)
        {
            return Compute(node, Math.Min(common, keys.Length - 1), prompt, keys, name, rows);
        }

        cache.Reused(keys.Length);
        return rows > 1 && Copies(node.Beginning.Length, keys.Length, rows)
            ? Whole(node, keys)
            : new PrefilledPrompt(node.Beginning.Share(), node.Rest?.Share(), node.NextPosition, node.Logits, 0);
    }

    /// <summary>Whether it is cheaper to copy a beginning than to keep the rest once for every sequence.</summary>
    private static bool Copies(long beginning, int length, int rows) => rows * (length - beginning) > length;

    /// <summary>A prompt of which the first tokens are those of a node.</summary>
    private PrefilledPrompt Compute(PrefixNode? node, int common, GenerationPrompt prompt, ulong[]? keys, string name, int rows)
    {
        var layers = model.Config.NumHiddenLayers;
        var (embeddings, positions, next) = Embed(prompt, name);
        var length = (int)embeddings.Size(0);
        var shared = node is null ? 0 : Math.Min(common, (int)node.Beginning.Length);
        if (node is not null && rows > 1 && Copies(shared, length, rows))
        {
            shared = 0;
        }

        var beginning = shared == 0 ? null : node!.Beginning.Beginning(shared);
        var own = node is null ? new SequenceCache(layers, length) : Take(node, shared, common, length - shared);
        try
        {
            var hidden = Forward(embeddings.Narrow(0, common, length - common), positions.Narrow(-1, common, length - common), beginning, own);
            var logits = LogitRow.ToHost(model.Logits(hidden.Narrow(0, length - common - 1, 1))).ToArray<float>();
            Tokens += length - common;
            cache.Reused(common);
            var whole = beginning is null ? Adopt(own, layers) : null;
            if (keys is not null)
            {
                cache.Add(whole is not null
                    ? new PrefixNode(null, keys, whole.Share(), null, next, logits)
                    : new PrefixNode(node!.Parent ?? node, keys, beginning!.Share(), own.Share(), next, logits));
            }

            return whole is not null ? new PrefilledPrompt(whole, null, next, logits, length - common) : new PrefilledPrompt(beginning!, own, next, logits, length - common);
        }
        catch
        {
            beginning?.Dispose();
            own.Dispose();
            throw;
        }
    }

    private static PromptCache Adopt(SequenceCache own, int layers)
    {
        var whole = PromptCache.Of(own, layers);
        own.Dispose(); // its memory is the prompt's now
        return whole;
    }

    /// <summary>The tokens [shared, common) of a node, with room for so many.</summary>
    private SequenceCache Take(PrefixNode node, int shared, int common, int room)
    {
        var beginning = (int)node.Beginning.Length;
        if (shared == beginning)
        {
            return node.Rest?.Copy(common - shared, 1, room) ?? new SequenceCache(model.Config.NumHiddenLayers, room);
        }

        using var scope = new TensorScope();
        var copy = new SequenceCache(model.Config.NumHiddenLayers, room);
        for (var layer = 0; layer < model.Config.NumHiddenLayers && common > shared; layer++)
        {
            var (keys, values) = node.Beginning.Layer(layer);
            var count = Math.Min(common, beginning) - shared;
            copy.Append(layer, keys.Narrow(2, shared, count).Permute(2, 0, 1), values.Narrow(1, shared, count).Transpose(0, 1));
            if (common > beginning)
            {
                (keys, values) = node.Rest!.Layer(layer);
                copy.Append(layer, keys.Narrow(2, 0, common - beginning).Permute(2, 0, 1), values.Narrow(1, 0, common - beginning).Transpose(0, 1));
            }
        }

        return copy;
    }

    /// <summary>A node's whole prompt in one piece, for many sequences.</summary>
    private PrefilledPrompt Whole(PrefixNode node, ulong[] keys)
    {
        var whole = Adopt(Take(node, 0, keys.Length, keys.Length), model.Config.NumHiddenLayers);
        cache.Add(new PrefixNode(null, keys, whole.Share(), null, node.NextPosition, node.Logits));
        return new PrefilledPrompt(whole, null, node.NextPosition, node.Logits, 0);
    }

    /// <summary>New tokens [N, D] after those of a beginning and of the sequence itself → [N, D], normed.</summary>
    private Tensor Forward(Tensor embeddings, Tensor positions, PromptCache? beginning, SequenceCache own)
    {
        using var attention = new PrefillAttention(model.Config, beginning, own, embeddings.Size(0));
        if (!Fused.HasKernels(model.Device, model.DType))
        {
            return model.ForwardTokens(embeddings, positions, attention);
        }

        using var rowByRow = RowByRow.Begin();
        return model.ForwardTokens(embeddings, positions, attention);
    }

    /// <summary>[T, D], Int64 [T] or [3, T], and the position of what follows; checked.</summary>
    private (Tensor Embeddings, Tensor Positions, long Next) Embed(GenerationPrompt prompt, string name)
    {
        var (embeddings, positions) = prompt.Embed?.Invoke() ?? (
            prompt.Embeddings
                ?? (prompt.TokenIds is { Count: > 0 } ids ? model.Embed(Tensor.From<long>([.. ids.Select(id => (long)id)]).To(model.Device)) : null)
                ?? throw new PralineException($"{name}: a prompt needs embeddings or at least one token."),
            prompt.PositionIds);
        if (embeddings.Dim != 2 || embeddings.Size(0) == 0 || embeddings.Size(1) != model.Config.EmbeddingWidth)
        {
            throw new PralineException($"{name}: a prompt is at least one embedding [tokens, {model.Config.EmbeddingWidth}], found {embeddings.Describe()}.");
        }

        var length = embeddings.Size(0);
        if (length > model.Config.MaxPositionEmbeddings)
        {
            throw new PralineException(
                $"{name}: the prompt has {length} tokens, the model takes {model.Config.MaxPositionEmbeddings}. " +
                "Lower --token-kept-ratio or the number of frames, or shorten the prompt.");
        }

        var three = positions is null && model.Config.RopeScaling?.MropeSection is not null;
        var flat = positions?.To(model.Device) ?? Tensor.Arange(0, length, device: model.Device);
        return (
            embeddings.To(model.Device, model.DType), three ? flat.Unsqueeze(0).Expand(3, length) : flat,
            positions is null ? length : flat.Max().Item<long>() + 1);
    }

    /// <summary>Attention of new tokens to a beginning, to what the sequence has already, and to each other; what they add is kept.</summary>
    private sealed class PrefillAttention(LlamaConfig config, PromptCache? beginning, SequenceCache own, long count) : IAttention, IDisposable
    {
        private const int BlockLength = 256;
        private PackedAttention? _packed;

        public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
        {
            var window = config.WindowOf(layer);
            if (Fused.HasKernels(q.Device, q.DType))
            {
                var length = own.LengthOf(layer);
                var (ownKeys, ownValues) = own.Extend(layer, count, 1, k.Size(1), k.Size(2), k.DType, k.Device);
                var (keys, values) = beginning?.Layer(layer) ?? (Tensor.Empty([k.Size(1), k.Size(2), 0], k.DType), Tensor.Empty([k.Size(1), 0, k.Size(2)], k.DType));
                return Fused.ExtendAttention(
                    q.Contiguous(), k.Contiguous(), v.Contiguous(), [keys], [values], [ownKeys], [ownValues], [count], [length], window ?? 0);
            }

            var before = Before(layer);
            own.Append(layer, k, v);
            if (before is not var (keysBefore, valuesBefore))
            {
                _packed ??= new PackedAttention(config, new PackedLayout(new SequenceTree((int)count)));
                return _packed.Attend(layer, q, k, v);
            }

            var (allKeys, allValues) = (Tensor.Cat([keysBefore, k]), Tensor.Cat([valuesBefore, v])); // [P + N, kv heads, d]
            var earlier = keysBefore.Size(0);
            var blocks = new List<Tensor>();
            for (long from = 0; from < count; from += BlockLength)
            {
                using var scope = new TensorScope();
                var (rows, seen) = (Math.Min(BlockLength, count - from), earlier + Math.Min(count, from + BlockLength));
                var mask = GroupedAttention.CausalMask(rows, seen, earlier + from, window, q.DType, q.Device);
                blocks.Add(GroupedAttention.Attend(q.Narrow(0, from, rows), allKeys.Narrow(0, 0, seen), allValues.Narrow(0, 0, seen), mask).MoveToOuterScope());
            }

            return blocks.Count == 1 ? blocks[0] : Tensor.Cat([.. blocks]);
        }

        public void Dispose() => _packed?.Free();

        /// <summary>Keys and values [P, kv heads, d] of all tokens before the new ones; null when there are none.</summary>
        private (Tensor Keys, Tensor Values)? Before(int layer)
        {
            var parts = new List<(Tensor Keys, Tensor Values)>();
            if (beginning is not null)
            {
                parts.Add(beginning.Layer(layer));
            }

            if (own.LengthOf(layer) > 0)
            {
                parts.Add(own.Layer(layer));
            }

            return parts.Count == 0
                ? null
                : (Tensor.Cat([.. parts.Select(p => p.Keys.Permute(2, 0, 1))]), Tensor.Cat([.. parts.Select(p => p.Values.Transpose(0, 1))]));
        }
    }
}

/// <summary>What decoding starts from once a prompt was computed.</summary>
/// <param name="Shared">Keys and values of the prompt, or of the beginning that it shares with others.</param>
/// <param name="Rest">Those of the rest, of one sequence; null without.</param>
/// <param name="NextPosition">The position of the first new token.</param>
/// <param name="Logits">What follows the prompt.</param>
/// <param name="Computed">Tokens of the prompt that had to be computed.</param>
internal sealed record PrefilledPrompt(PromptCache Shared, SequenceCache? Rest, long NextPosition, float[] Logits, int Computed) : IDisposable
{
    /// <summary>Tokens of the prompt.</summary>
    internal int Length => (int)(Shared.Length + (Rest?.Length ?? 0));

    /// <inheritdoc/>
    public void Dispose()
    {
        Shared.Dispose();
        Rest?.Dispose();
    }
}
