using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>Computes prompts. One with endings is a tree: what they begin with is computed once, each ending is a branch.</summary>
internal sealed class PromptPrefill(LlamaModel model)
{
    /// <summary>
    /// A tree has at most so many tokens, or as many as two of its longest prompts; endings that don't fit go into another tree. So what is needed
    /// meanwhile stays near to what one prompt needs; and which endings go together depends on the request alone, hence the numbers do.
    /// </summary>
    internal const int MostTokens = 4096;

    /// <summary>Tokens computed.</summary>
    internal long Tokens { get; private set; }

    /// <summary>One for each ending, or for the prompt itself when it is whole; the caller disposes them.</summary>
    /// <exception cref="PralineException">The prompt or an ending is empty or does not fit the model.</exception>
    internal List<PrefilledPrompt> Compute(GenerationRequest request)
    {
        using var noGrad = NoGrad.Begin();
        using var scope = new TensorScope();
        var start = Piece(request.Name, request.PromptEmbeddings, request.PromptTokenIds, request.PromptPositionIds, 0, mayBeEmpty: request.Endings.Count > 0);
        var endings = request.Endings.Select(
            (e, i) => Piece($"{request.Name}, ending {i + 1}", e.Embeddings, e.TokenIds, e.PositionIds, start.NextPosition)).ToList();
        var prompts = new List<PrefilledPrompt>();
        try
        {
            foreach (var together in Trees(start, endings))
            {
                prompts.AddRange(Compute(start, together));
            }
        }
        catch
        {
            prompts.ForEach(prompt => prompt.Dispose());
            throw;
        }

        return prompts;
    }

    /// <summary>A prompt or an ending, checked and with positions, which by default go on from <paramref name="first"/>.</summary>
    internal PromptPiece Piece(
        string name, Tensor? embeddings, IReadOnlyList<int>? tokenIds, Tensor? positionIds, long first, bool mayBeEmpty = false)
    {
        var embeds = embeddings
            ?? (tokenIds is { Count: > 0 } ids ? model.Embed(Tensor.From<long>([.. ids.Select(id => (long)id)]).To(model.Device)) : null)
            ?? throw new PralineException($"{name}: a prompt needs embeddings or at least one token.");
        if (embeds.Dim != 2 || (embeds.Size(0) == 0 && !mayBeEmpty) || embeds.Size(1) != model.Config.HiddenSize)
        {
            throw new PralineException(
                $"{name}: a prompt is at least one embedding [tokens, {model.Config.HiddenSize}], found {embeds.Describe()}.");
        }

        var end = first + embeds.Size(0);
        return new PromptPiece(
            embeds.To(model.Device, model.DType),
            positionIds?.To(model.Device) ?? Tensor.Arange(first, end, device: model.Device),
            positionIds is null || end == first ? end : Math.Max(first, positionIds.Max().Item<long>() + 1));
    }

    /// <summary>What follows each ending of one tree (the prompt itself, if there is none): [endings, vocabulary].</summary>
    /// <param name="start">What all begin with.</param>
    /// <param name="endings">How they go on.</param>
    /// <param name="shared">Takes the beginning's keys and values.</param>
    /// <param name="own">Take those of each ending.</param>
    internal Tensor Logits(PromptPiece start, IReadOnlyList<PromptPiece> endings, PromptCache shared, IReadOnlyList<KeyValueCache> own)
    {
        using var scope = new TensorScope();
        var layout = new PackedLayout(new SequenceTree(start.Length, [.. endings.Select(ending => ending.Length)]));
        var (embeds, positions) = PromptPiece.Concat([start, .. endings]);
        var packed = new PackedAttention(model.Config, layout);
        try
        {
            var hidden = model.ForwardTokens(embeds, positions, new PrefillAttention(packed, layout, shared, own));
            Tokens += layout.Length;
            long[] last = endings.Count == 0
                ? [layout.Length - 1]
                : [.. endings.Select((ending, i) => (long)layout.ResponseStart(0, i) + ending.Length - 1)];
            return model.Logits(hidden.IndexSelect(0, Tensor.From<long>(last).To(model.Device))).MoveToOuterScope();
        }
        finally
        {
            packed.Free();
        }
    }

    private List<PrefilledPrompt> Compute(PromptPiece start, IReadOnlyList<PromptPiece> endings)
    {
        var layers = model.Config.NumHiddenLayers;
        var shared = new PromptCache(layers);
        var own = endings.Select(_ => new KeyValueCache(layers)).ToList();
        try
        {
            using var scope = new TensorScope();
            var logits = LogitRow.ToHost(Logits(start, endings, shared, own)).ToArray<float>().Chunk(model.Config.VocabSize).ToList();
            return endings.Count == 0
                ? [new PrefilledPrompt(shared, null, start.NextPosition, logits[0])]
                : [.. endings.Select((ending, i) => new PrefilledPrompt(i == 0 ? shared : shared.Share(), own[i], ending.NextPosition, logits[i]))];
        }
        catch
        {
            shared.Dispose();
            own.ForEach(cache => cache.Dispose());
            throw;
        }
    }

    /// <summary>Which endings are computed together; one tree without endings when there are none.</summary>
    private static IEnumerable<IReadOnlyList<PromptPiece>> Trees(PromptPiece start, IReadOnlyList<PromptPiece> endings)
    {
        var most = Math.Max(MostTokens, 2 * (start.Length + endings.Select(ending => ending.Length).DefaultIfEmpty().Max()));
        var together = new List<PromptPiece>();
        foreach (var ending in endings)
        {
            if (start.Length + together.Sum(piece => piece.Length) + ending.Length > most)
            {
                yield return together;
                together = [];
            }

            together.Add(ending);
        }

        yield return together;
    }
}
