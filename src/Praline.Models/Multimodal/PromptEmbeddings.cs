using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>A prompt as the language model takes it: one unpadded sequence.</summary>
/// <param name="Embeddings">[T, D]: text embeddings with visual tokens where the image marks were</param>
/// <param name="PositionIds">Int64 [3, T] for models with positions in three dimensions; null for 0, 1, 2…</param>
public sealed record PromptEmbeddings(Tensor Embeddings, Tensor? PositionIds = null) : IDisposable
{
    /// <summary>Tokens of the prompt, visual ones among them.</summary>
    public int Length => (int)Embeddings.Size(0);

    /// <summary>Hands the tensors to the scope outside the current one (or to none).</summary>
    public PromptEmbeddings MoveToOuterScope()
    {
        Embeddings.MoveToOuterScope();
        PositionIds?.MoveToOuterScope();
        return this;
    }

    /// <summary>Takes the tensors out of every scope: whoever holds the prompt disposes it.</summary>
    public PromptEmbeddings DetachFromScope()
    {
        Embeddings.DetachFromScope();
        PositionIds?.DetachFromScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Embeddings.Dispose();
        PositionIds?.Dispose();
    }
}
